import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { after, afterAll, type Numbers } from './numbers.js';

const start: Numbers = { sequence: 1, partitions: [1, 1, 1] };

describe('the numbers after a restart', () => {
  test('were given to no record, whichever of them are lost', () => {
    const partition = fc.integer({ min: 0, max: 2 });
    fc.assert(
      fc.property(fc.array(fc.tuple(partition, fc.boolean()), { minLength: 1 }), (list) => {
        let numbers = start;
        const written = list.map(([partition, kept]) => {
          const record = {
            sequence: numbers.sequence,
            partition,
            partitionSequence: numbers.partitions[partition]!,
          };
          numbers = after(numbers, record);
          return { ...record, kept };
        });
        const lastKept = written.findLastIndex((r) => r.kept);
        const readable = written.slice(0, lastKept + 1);
        const next = afterAll(
          start,
          readable.filter((r) => r.kept),
        );
        for (const { sequence, partition, partitionSequence } of readable) {
          expect(next.sequence).toBeGreaterThan(sequence);
          expect(next.partitions[partition]).toBeGreaterThan(partitionSequence);
        }
        if (readable.every((r) => r.kept)) {
          expect(next).toEqual(readable.reduce((n: Numbers, r) => after(n, r), start));
        }
      }),
    );
  });
});
