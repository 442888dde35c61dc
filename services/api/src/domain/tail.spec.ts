import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RecentSlices, type Slice } from './recent-slices.js';
import { offsetsOf, positionText } from './tail-position.js';

describe('a position', () => {
  it('survives being text', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 12 }), (offsets) => {
        expect(offsetsOf(positionText(offsets), offsets.length)).toEqual(offsets);
      }),
    );
  });

  it('is no other text, nor one of other partitions', () => {
    expect(
      ['', '1', '2.0.0', '1.0', '1.0.0.0', '1.-1.0', '1.0.zzzzzzzzzzzz', '1.0.x y'].map((text) =>
        offsetsOf(text, 2),
      ),
    ).toEqual(Array(8).fill(undefined));
  });
});

describe('recent slices', () => {
  const lengths = fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 9 })), { maxLength: 40 });
  /** Slices of three partitions, without gaps, from these offsets on. */
  const slicesOf = (parts: [number, number][], begin: number[]): Slice[] => {
    const at = [...begin];
    return parts.map(([partition, bytes]) => {
      const from = at[partition]!;
      at[partition] = from + bytes;
      return { partition, from, nextOffset: from + bytes, bytes };
    });
  };

  it('cover who is where they begin or beyond, so that following them leaves no gap', () => {
    fc.assert(
      fc.property(
        lengths,
        fc.integer({ min: 1, max: 30 }),
        fc.tuple(fc.nat(60), fc.nat(60), fc.nat(60)),
        (parts, capacity, own) => {
          const recent = new RecentSlices(capacity, [10, 20, 30]);
          for (const slice of slicesOf(parts, [10, 20, 30])) recent.add(slice);
          const at = [...own];
          let gap = false;
          for (let number = recent.first; number < recent.next; number++) {
            const { partition, from, nextOffset } = recent.get(number)!;
            gap ||= from > at[partition]!;
            at[partition] = Math.max(at[partition]!, nextOffset);
          }
          gap ||= at.some((offset, partition) => offset < recent.ends[partition]!);
          expect(recent.covers(own)).toBe(!gap);
        },
      ),
    );
  });

  it('keep at most what there is room for, and the newest in any case', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 30 }), (parts, capacity) => {
        const recent = new RecentSlices(capacity, [0, 0, 0]);
        for (const slice of slicesOf(parts, [0, 0, 0])) recent.add(slice);
        const kept = Array.from({ length: recent.next - recent.first }, (_, i) =>
          recent.get(recent.first + i)!,
        );
        const bytes = kept.reduce((sum, slice) => sum + slice.bytes, 0);
        expect(bytes <= capacity || kept.length === 1).toBe(true);
        expect(kept.length > 0).toBe(parts.length > 0);
      }),
    );
  });

  it('leave everybody behind when they begin anew', () => {
    const recent = new RecentSlices(100, [0]);
    recent.add({ partition: 0, from: 0, nextOffset: 5, bytes: 1 });
    const waitedFor = recent.next;
    recent.restart([50]);
    expect(waitedFor).toBeLessThan(recent.first);
    expect([recent.covers([5]), recent.covers([50])]).toEqual([false, true]);
  });
});
