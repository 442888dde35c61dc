import { describe, expect, test } from '@jest/globals';
import { Signal } from '@auditmesh/kafka/producing';
import { GroupSync } from './group-sync.js';
import type { SegmentFile } from './segment-file.js';
import type { Segments } from './segments.js';
import { SpoolWriter } from './spool-writer.js';

/** A disk that takes bytes, and refuses to make them last once it is told so. */
function disk() {
  const active = {
    size: 0,
    header: { salt: 1 },
    failure: undefined,
    refuses: false,
    async append(bytes: Buffer): Promise<void> {
      active.size += bytes.length;
    },
    async sync(): Promise<void> {
      if (active.refuses) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
    },
  };
  const segments = { active, synced: 0, bytes: 0 };
  const readable = new Signal();
  const sync = new GroupSync(segments as unknown as Segments & { active: SegmentFile }, 0, readable);
  const limits = { maxBytes: 1e9, segmentBytes: 1e9, whenFull: 'block' as const, syncAfterMs: 0 };
  const numbers = { sequence: 1, partitions: [1] };
  const writer = new SpoolWriter(segments as unknown as Segments, limits, sync, new Signal(), numbers);
  return {
    active,
    segments,
    readable,
    sync,
    append: () => writer.append(0, (_, into, at) => at + into.write('x', at)),
  };
}

describe('a disk that refuses fsync', () => {
  test('is believed once: nothing is given to read, and nothing more is taken', async () => {
    const { active, segments, readable, sync, append } = disk();
    expect(await append()).toBe(1);
    await sync.idle();
    const onDisk = segments.synced;
    expect(onDisk).toBe(active.size);
    active.refuses = true;
    expect(await append()).toBe(2);
    const seen = readable.count;
    await sync.idle();
    expect([segments.synced, readable.count]).toEqual([onDisk, seen]);
    active.refuses = false;
    await expect(append()).rejects.toMatchObject({ code: 'SPOOL_BROKEN', cause: { code: 'EIO' } });
    await expect(append()).rejects.toThrow('start the process again');
  });
});
