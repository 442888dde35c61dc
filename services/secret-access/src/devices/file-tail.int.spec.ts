import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, copyFile, mkdtemp, rename, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@auditmesh/runtime';
import { eventually } from '@auditmesh/testing';
import type { RawLine } from '../domain/devices/line-splitter.js';
import { PositionFile } from './file-position.js';
import { FileTail } from './file-tail.js';

let folder: string;
let path: string;
let got: string[];
let gaps: number;
let cuts: number;
let refuses: boolean;
let stop: () => Promise<void>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tail-'));
  path = join(folder, 'audit.log');
  [got, gaps, cuts, refuses, stop] = [[], 0, 0, false, async () => undefined];
});
afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

function follow(): void {
  const stopping = new AbortController();
  const tail = new FileTail({
    path,
    lineBytes: 100,
    positions: new PositionFile(folder, 'main'),
    log: createLog('test', 'silent'),
    take: async (_file: string, lines: RawLine[], cut?: RawLine) => {
      if (refuses) throw new Error('not now');
      got.push(...lines.map(({ bytes }) => bytes?.toString() ?? 'too long'));
      if (cut) cuts++;
    },
    tellGap: async () => void gaps++,
  });
  const following = tail.follow(stopping.signal).catch(() => undefined);
  stop = async () => {
    stopping.abort();
    await following;
  };
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`);
const write = (from: number, to: number, file = path) =>
  appendFile(
    file,
    numbers(from, to)
      .map((line) => `${line}\n`)
      .join(''),
  );
const haveCome = (to: number) => eventually(() => expect(got).toEqual(numbers(1, to)));

describe('the tail of a file', () => {
  it('gives what is there and what is added, whole lines only', async () => {
    await write(1, 1_000);
    follow();
    await haveCome(1_000);
    await appendFile(path, 'line 10');
    await appendFile(path, '01\n');
    await eventually(() => expect(got.at(-1)).toBe('line 1001'));
    await haveCome(1_001);
    expect([gaps, cuts]).toEqual([0, 0]);
  });

  it('waits for a file that is not there yet', async () => {
    follow();
    await write(1, 2);
    await haveCome(2);
  });

  it('follows over renaming, also what is still written to the renamed file', async () => {
    await write(1, 10);
    follow();
    await haveCome(10);
    await rename(path, `${path}.1`);
    await write(11, 15, `${path}.1`);
    await write(16, 20);
    await haveCome(20);
    await rename(`${path}.1`, `${path}.2`);
    await rename(path, `${path}.1`);
    await write(21, 25);
    await haveCome(25);
    expect(gaps).toBe(0);
  });

  it('goes on after a restart where it was, over files that were renamed meanwhile', async () => {
    await write(1, 10);
    follow();
    await haveCome(10);
    await stop();
    await write(11, 20);
    await rename(path, `${path}.1`);
    await write(21, 30);
    await rename(`${path}.1`, `${path}.2`);
    await rename(path, `${path}.1`);
    await write(31, 40);
    follow();
    await haveCome(40);
    expect(gaps).toBe(0);
  });

  it('gives again after a failure what was not taken', async () => {
    await write(1, 10);
    follow();
    await haveCome(10);
    refuses = true;
    await write(11, 20);
    await stop();
    refuses = false;
    follow();
    await haveCome(20);
  });

  it('begins anew when the file was truncated, and tells that lines may be gone', async () => {
    await write(1, 10);
    follow();
    await haveCome(10);
    await copyFile(path, `${path}.copy`);
    await truncate(path);
    await eventually(() => expect(gaps).toBe(1));
    await write(11, 30);
    await haveCome(30);
  });

  it('notices a file that was truncated and filled while it did not look', async () => {
    await write(1, 10);
    follow();
    await haveCome(10);
    await stop();
    await writeFile(path, '');
    await write(11, 50);
    follow();
    await haveCome(50);
    expect(gaps).toBe(1);
  });

  it('tells when the file was removed before it was read to its end', async () => {
    await write(1, 10);
    follow();
    await haveCome(10);
    await stop();
    await write(11, 20);
    await rename(path, `${path}.1`);
    await write(21, 30);
    await unlink(`${path}.1`);
    follow();
    await eventually(() => expect(got).toEqual([...numbers(1, 10), ...numbers(21, 30)]));
    expect(gaps).toBe(1);
  });

  it('tells of a half line that a renamed file ends with, and of one that is too long', async () => {
    await write(1, 1);
    await appendFile(path, 'half');
    follow();
    await haveCome(1);
    await rename(path, `${path}.1`);
    await appendFile(path, `${'x'.repeat(1_000)}\n`);
    await eventually(() => expect(got.at(-1)).toBe('too long'));
    expect(cuts).toBe(1);
  });

  it('does not begin anew where the position is damaged', async () => {
    await writeFile(join(folder, 'main.position.json'), '{');
    await write(1, 5);
    const tail = new FileTail({
      path,
      lineBytes: 100,
      positions: new PositionFile(folder, 'main'),
      log: createLog('test', 'silent'),
      take: async () => undefined,
      tellGap: async () => undefined,
    });
    await expect(tail.follow(new AbortController().signal)).rejects.toThrow('mend the file, or remove it');
  });
});
