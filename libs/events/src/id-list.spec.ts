import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { idsOfList, listOfIds } from './id-list.js';

const ids = fc
  .uniqueArray(fc.oneof(fc.nat(60), fc.maxSafeNat()))
  .map((list) => list.toSorted((a, b) => a - b));

describe('a list of ids', () => {
  it('names runs by their ends', () => {
    expect(listOfIds([7, 70, 71, 72, 80])).toBe('"7,70-72,80"');
    expect(listOfIds([])).toBe('""');
  });

  it('gives back the ids it was made of', () => {
    fc.assert(fc.property(ids, (list) => expect([...idsOfList(listOfIds(list)!)]).toEqual(list)));
  });

  it('gives those after an id', () => {
    fc.assert(
      fc.property(ids, fc.nat(80), (list, after) =>
        expect([...idsOfList(listOfIds(list)!, after)]).toEqual(list.filter((id) => id > after)),
      ),
    );
  });

  it('is not kept when it is too long for a record', () => {
    expect(listOfIds(Array.from({ length: 600_000 }, (_, i) => 1_000_000 + 2 * i))).toBeNull();
    expect(listOfIds(Array.from({ length: 2_000_000 }, (_, i) => i))).toBe('"0-1999999"');
  });
});
