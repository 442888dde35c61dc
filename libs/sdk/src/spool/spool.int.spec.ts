import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@auditmesh/testing';
import type { SpoolFinding } from './recovery.js';
import { Spool } from './spool.js';
import type { SpoolOptions } from './spool-options.js';
import type { EncodeBody } from './spool-writer.js';

const content = { partitions: 2, schema: { type: 'bytes' } };
const MIB = 1024 ** 2;

let root: string;
let opened: Spool[];
let findings: SpoolFinding[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spool-'));
  opened = [];
  findings = [];
});

afterEach(async () => {
  for (const spool of opened) await spool.close().catch(() => undefined);
  rmSync(root, { recursive: true });
});

async function open(folder = join(root, 'a'), options: Partial<SpoolOptions> = {}): Promise<Spool> {
  const spool = await Spool.open({ folder, onFinding: (f) => findings.push(f), ...options }, content);
  opened.push(spool);
  return spool;
}

const append = (spool: Spool, text: string, partition = 0) =>
  spool.append(partition, (_, into, at) => at + into.write(text, at));

/** Texts by sequence of all that can be read now. */
async function readAll(spool: Spool): Promise<Map<number, string>> {
  const all = new Map<number, string>();
  for (;;) {
    const { records } = await spool.read();
    if (!records.length) return all;
    for (const { sequence, body } of records) all.set(sequence, body.toString());
  }
}

async function written(texts: string[], folder = join(root, 'a')): Promise<string> {
  const spool = await open(folder);
  for (const text of texts) await append(spool, text);
  await spool.close();
  return folder;
}

const segmentsIn = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.spool'));

describe('a spool', () => {
  test('numbers records in the order of the calls, overall and by partition', async () => {
    const spool = await open();
    const numbers: string[] = [];
    const note =
      (p: number): EncodeBody =>
      (n, into, at) => {
        numbers.push(`${p}: ${n.sequence}, ${n.partitionSequence}`);
        return at + into.write('x', at);
      };
    await Promise.all([0, 1, 1, 0].map((p) => spool.append(p, note(p))));
    expect(numbers).toEqual(['0: 1, 1', '1: 2, 1', '1: 3, 2', '0: 4, 2']);
  });

  test('has the bytes of a record in its file when it says so', async () => {
    const folder = join(root, 'a');
    const spool = await open(folder);
    for (const text of ['first', 'second', 'third']) {
      await append(spool, text);
      expect(readFileSync(join(folder, segmentsIn(folder)[0]!)).includes(text)).toBe(true);
    }
  });

  test('gives a record to the reader within 100 ms without being hurried', async () => {
    const spool = await open();
    await append(spool, 'one');
    const seen = spool.readable.count;
    await spool.readable.after(seen, 100);
    expect([...(await readAll(spool)).values()]).toEqual(['one']);
  });

  test('gives what was not acknowledged again after it was opened anew, and nothing else', async () => {
    const folder = await written(['one', 'two', 'three']);
    const again = await open(folder);
    const batch = await again.read();
    expect(batch.records.map((r) => r.sequence)).toEqual([1, 2, 3]);
    await again.acknowledge(batch);
    await append(again, 'four');
    await again.close();
    const last = await open(folder);
    expect([...(await readAll(last))]).toEqual([[4, 'four']]);
    expect(last.pending).toBe(1);
    expect(findings).toEqual([]);
  });

  test('loses nothing by the acknowledgement of no records', async () => {
    const folder = join(root, 'a');
    const first = await open(folder);
    for (let n = 0; n < 3; n++) await first.acknowledge(await first.read());
    await first.close();
    for (const text of ['one', 'two', 'three']) await written([text], folder);
    expect([...(await readAll(await open(folder))).values()]).toEqual(['one', 'two', 'three']);
    expect(findings).toEqual([]);
  });

  test('keeps its id with its records, and takes another when they are gone', async () => {
    const folder = await written(['one']);
    const { id } = opened[0]!;
    const again = await open(folder);
    expect(again.id).toBe(id);
    await again.close();
    for (const name of [...segmentsIn(folder), 'acknowledged']) rmSync(join(folder, name));
    expect((await open(folder)).id).not.toBe(id);
  });

  test('refuses a second process, and none after the first has ended', async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({ code: 'SPOOL_IN_USE' });
    await first.close();
    await open();
  });

  test('goes on over many files and removes those that are acknowledged', async () => {
    const folder = join(root, 'a');
    const spool = await open(folder, { maxBytes: 4 * MIB });
    const text = 'x'.repeat(50_000);
    for (let n = 0; n < 40; n++) await append(spool, text);
    expect(segmentsIn(folder).length).toBeGreaterThan(2);
    spool.hurry();
    const sequences: number[] = [];
    await eventually(async () => {
      const batch = await spool.read();
      sequences.push(...batch.records.map((r) => r.sequence));
      await spool.acknowledge(batch);
      expect(sequences).toHaveLength(40);
    });
    expect(sequences).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(segmentsIn(folder)).toHaveLength(1);
  });

  test('passes over no number for a record that cannot be made', async () => {
    const spool = await open();
    const bad = spool.append(0, () => {
      throw new Error('no record');
    });
    const long = spool.append(0, (_, _into, at) => at + 70_000);
    const good = append(spool, 'one');
    await expect(bad).rejects.toThrow('no record');
    await expect(long).rejects.toMatchObject({ code: 'INVALID_ACCESS' });
    expect(await good).toBe(1);
  });
});

describe('a full spool', () => {
  const text = 'x'.repeat(60_000);

  async function full(whenFull: 'block' | 'fail') {
    const spool = await open(join(root, 'a'), { maxBytes: 4 * MIB, whenFull });
    const waiting: Promise<unknown>[] = [];
    for (let n = 0; n < 100; n++) waiting.push(append(spool, text));
    return { spool, waiting };
  }

  test('that is to fail refuses records, and takes them again when there is room', async () => {
    const { spool, waiting } = await full('fail');
    const results = await Promise.allSettled(waiting);
    const refused = results.filter((r) => r.status === 'rejected');
    expect(refused.length).toBeGreaterThan(20);
    expect(refused[0]!.reason).toMatchObject({ code: 'SPOOL_FULL' });
    expect(spool.bytes).toBeLessThanOrEqual(4 * MIB);
    const taken = results.length - refused.length;
    await eventually(async () => {
      await spool.acknowledge(await spool.read());
      expect(spool.pending).toBe(0);
    });
    expect(await append(spool, text)).toBe(taken + 1);
  });

  test('that is to block holds them up until there is room, and loses none', async () => {
    const { spool, waiting } = await full('block');
    const sequences: number[] = [];
    await eventually(async () => {
      const batch = await spool.read();
      sequences.push(...batch.records.map((r) => r.sequence));
      await spool.acknowledge(batch);
      expect(sequences).toHaveLength(100);
    });
    expect(await Promise.all(waiting)).toEqual(sequences);
  });

  test('that is closed refuses those that it held up', async () => {
    const { spool, waiting } = await full('block');
    const settled = Promise.allSettled(waiting);
    await append(await open(join(root, 'b')), 'another');
    await spool.close();
    const refused = (await settled).filter((r) => r.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'CLOSED' });
  });
});

describe('a damaged spool', () => {
  const texts = ['one', 'two', 'three', 'four'];

  /** The only segment of a new spool with these records. */
  async function segment(): Promise<{ folder: string; path: string; bytes: Buffer }> {
    const folder = await written(texts);
    const path = join(folder, segmentsIn(folder)[0]!);
    return { folder, path, bytes: readFileSync(path) };
  }

  test('that ends at any byte gives what is whole, cuts the rest, and goes on', async () => {
    const { folder, path, bytes } = await segment();
    const frameBytes = bytes.length - bytes.indexOf('one') + 22;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: frameBytes - 1 }), async (missing) => {
        const copy = join(root, `cut-${missing}`);
        rmSync(copy, { recursive: true, force: true });
        cpSync(folder, copy, { recursive: true, filter: (name) => !name.endsWith('/lock') });
        writeFileSync(join(copy, path.slice(folder.length)), bytes.subarray(0, bytes.length - missing));
        findings = [];
        const spool = await open(copy);
        const read = [...(await readAll(spool)).values()];
        expect(read).toEqual(texts.slice(0, read.length));
        expect(await append(spool, 'next')).toBe(read.length + 1);
        expect(findings.every((f) => f.finding === 'torn_tail')).toBe(true);
        await spool.close();
      }),
      { numRuns: 60 },
    );
  });

  test('with a flipped bit anywhere gives all other records and tells of the one that is lost', async () => {
    const { folder, path, bytes } = await segment();
    const start = bytes.indexOf('one') - 22;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: start, max: bytes.length - 1 }), async (at) => {
        const copy = join(root, `flip-${at}`);
        rmSync(copy, { recursive: true, force: true });
        cpSync(folder, copy, { recursive: true, filter: (name) => !name.endsWith('/lock') });
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 0x10;
        writeFileSync(join(copy, path.slice(folder.length)), flipped);
        findings = [];
        const spool = await open(copy);
        const read = await readAll(spool);
        expect(read.size).toBe(3);
        for (const [sequence, text] of read) expect(text).toBe(texts[sequence - 1]);
        const lost = [1, 2, 3, 4].find((sequence) => !read.has(sequence))!;
        const told = findings.map((f) => f.finding);
        expect(told).toEqual(lost === 4 ? ['torn_tail'] : ['damage', 'gap']);
        if (lost < 4) expect(findings[1]).toEqual({ finding: 'gap', fromSequence: lost, toSequence: lost });
        await spool.close();
      }),
      { numRuns: 60 },
    );
  });

  test('whose header is damaged is put aside and its records are told as a gap', async () => {
    const { folder, path, bytes } = await segment();
    bytes[10]! ^= 1;
    writeFileSync(path, bytes);
    const spool = await open(folder);
    const sequence = await append(spool, 'next');
    expect(sequence).toBeGreaterThan(4);
    spool.hurry();
    await eventually(async () => expect([...(await readAll(spool))]).toEqual([[sequence, 'next']]));
    expect(findings[0]).toMatchObject({ finding: 'unreadable_segment' });
    expect(readdirSync(folder).some((name) => name.endsWith('.damaged'))).toBe(true);
  });

  test('after zeros that a file system left behind its records goes on', async () => {
    const { folder, path } = await segment();
    appendFileSync(path, Buffer.alloc(5_000));
    const spool = await open(folder);
    expect((await readAll(spool)).size).toBe(4);
    expect(await append(spool, 'next')).toBe(5);
    expect(findings).toEqual([{ finding: 'torn_tail', file: '0000000000000001.spool', bytes: 5_000 }]);
  });

  test('without its position gives all records again rather than none', async () => {
    const { folder } = await segment();
    const spool = await open(folder);
    await spool.acknowledge(await spool.read());
    await spool.close();
    writeFileSync(join(folder, 'acknowledged'), 'nonsense');
    expect((await readAll(await open(folder))).size).toBe(4);
  });
});
