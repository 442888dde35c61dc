import { describe, expect, it } from '@jest/globals';
import { lastUpTo, placesOf } from './place.js';

describe('placesOf', () => {
  it('counts lines and columns from 1', () => {
    const placeOf = placesOf('ab\ncd\n');
    expect([0, 1, 2, 3, 5, 6].map(placeOf)).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 2 },
      { line: 1, column: 3 },
      { line: 2, column: 1 },
      { line: 2, column: 3 },
      { line: 3, column: 1 },
    ]);
  });

  it('counts a character outside the basic plane as one column', () => {
    expect(placesOf('a: 😀b')('a: 😀'.length)).toEqual({ line: 1, column: 5 });
  });

  it('takes offsets outside the text for its ends', () => {
    expect(placesOf('')(7)).toEqual({ line: 1, column: 1 });
    expect(placesOf('a\r\nb')(99)).toEqual({ line: 2, column: 2 });
    expect(placesOf('a')(-1)).toEqual({ line: 1, column: 1 });
  });
});

describe('lastUpTo', () => {
  it('finds the last number that is not above the limit', () => {
    expect([0, 1, 4, 5, 9].map((limit) => lastUpTo([1, 3, 5], limit))).toEqual([-1, 0, 1, 2, 2]);
    expect(lastUpTo([], 1)).toBe(-1);
  });
});
