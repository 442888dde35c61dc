import { describe, expect, it } from '@jest/globals';
import type { UseBucket } from '@auditmesh/events';
import fc from 'fast-check';
import { countUse, fullestWindow, MOST_BUCKETS, PARTS, partOf } from './use-buckets.js';

const WINDOW_MS = 60_000;
const PART_US = (WINDOW_MS * 1000) / PARTS;
/** Few enough for all parts to be kept. */
const times = fc.array(fc.integer({ min: 0, max: (MOST_BUCKETS - 1) * PART_US }), {
  minLength: 1,
  maxLength: 200,
});

function counted(all: number[]): UseBucket[] {
  const buckets: UseBucket[] = [];
  for (const [i, at] of all.entries()) countUse(buckets, partOf(at, WINDOW_MS), at, `${i}`);
  return buckets;
}

/** The most uses in a window that begins with some use, at the granularity of parts, and has the time in it. */
function naively(all: number[], time: number): number {
  const parts = all.map((at) => Math.floor(at / PART_US));
  const part = Math.floor(time / PART_US);
  const counts = parts
    .filter((from) => from <= part && part <= from + PARTS)
    .map((from) => parts.filter((each) => from <= each && each <= from + PARTS).length);
  return Math.max(...counts);
}

describe('uses counted in parts of a window', () => {
  it('are as many as a naive count finds, in whatever order they come', () => {
    fc.assert(
      fc.property(times, (all) => {
        const buckets = counted(all);
        for (const time of all) {
          const { count } = fullestWindow(buckets, partOf(time, WINDOW_MS));
          expect(count).toBe(naively(all, time));
        }
      }),
    );
  });

  it('are never fewer than a window holds that goes to the microsecond, and none is beyond a part more', () => {
    fc.assert(
      fc.property(times, (all) => {
        const buckets = counted(all);
        for (const last of all) {
          const { count } = fullestWindow(buckets, partOf(last, WINDOW_MS));
          const within = (length: number) =>
            Math.max(...all.map((from) => all.filter((at) => from <= at && at <= from + length).length));
          const upToLast = all.filter((at) => last - WINDOW_MS * 1000 <= at && at <= last).length;
          expect(count).toBeGreaterThanOrEqual(upToLast);
          expect(count).toBeLessThanOrEqual(within(WINDOW_MS * 1000 + PART_US));
        }
      }),
    );
  });

  it('are kept for the newest parts only, and one that is older than all of them does not count', () => {
    const buckets = counted(Array.from({ length: MOST_BUCKETS }, (_, i) => (i + 10) * PART_US));
    expect(countUse(buckets, 9, 9 * PART_US, 'late')).toBe(false);
    expect(countUse(buckets, 100, 100 * PART_US, 'new')).toBe(true);
    expect([buckets.length, buckets[0]!.number]).toEqual([MOST_BUCKETS, 11]);
  });

  it('tell the first event of each part, and when the first one occurred', () => {
    const buckets = counted([5 * PART_US + 7, 2 * PART_US + 3, 5 * PART_US + 1]);
    expect(fullestWindow(buckets, 5)).toEqual({ count: 3, firstAt: 2 * PART_US + 3, eventIds: ['1', '2'] });
  });
});
