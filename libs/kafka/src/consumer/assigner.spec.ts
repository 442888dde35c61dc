import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assignPartitions, type Member } from './assigner.js';

const members = fc.uniqueArray(
  fc.record({ id: fc.string({ minLength: 1 }), owned: fc.array(fc.nat(40), { maxLength: 20 }) }),
  {
    selector: (m) => m.id,
    minLength: 1,
    maxLength: 8,
  },
);

describe('assignPartitions', () => {
  it('gives every partition to one member and shares them evenly', () => {
    fc.assert(
      fc.property(members, fc.integer({ min: 0, max: 32 }), (list, count) => {
        const lists = [...assignPartitions(list, count).values()];
        expect(lists.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, p) => p));
        const sizes = lists.map((l) => l.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('does not depend on the order of the members', () => {
    fc.assert(
      fc.property(members, fc.integer({ min: 0, max: 32 }), (list, count) => {
        const sorted = (m: Member[]) => [...assignPartitions(m, count)].toSorted();
        expect(sorted(list.toReversed())).toEqual(sorted(list));
      }),
    );
  });

  it('moves nothing when nobody comes or goes', () => {
    fc.assert(
      fc.property(members, fc.integer({ min: 0, max: 32 }), (list, count) => {
        const before = assignPartitions(list, count);
        const again = assignPartitions(
          list.map(({ id }) => ({ id, owned: before.get(id)! })),
          count,
        );
        for (const { id } of list) expect(again.get(id)!.toSorted()).toEqual(before.get(id)!.toSorted());
      }),
    );
  });

  it('takes from the others only what a new member needs', () => {
    const after = assignPartitions(
      [
        { id: 'a', owned: [0, 1, 2, 3] },
        { id: 'b', owned: [] },
      ],
      4,
    );
    expect(after).toEqual(
      new Map([
        ['a', [0, 1]],
        ['b', [2, 3]],
      ]),
    );
  });
});
