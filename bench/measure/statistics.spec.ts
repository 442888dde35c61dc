import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { intervalOfMedian, median, percentile, significant, summaryOf } from './statistics.ts';

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

describe('a median', () => {
  it('is the middle value, or lies between the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('does not depend on the order and lies within the values', () => {
    fc.assert(
      fc.property(values, (list) => {
        expect(median(list.toReversed())).toBe(median(list));
        expect(median(list)).toBeGreaterThanOrEqual(Math.min(...list));
        expect(median(list)).toBeLessThanOrEqual(Math.max(...list));
      }),
    );
  });
});

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);

  it('is a value of the list, by nearest rank', () => {
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile(hundred, 0)).toBe(1);
    expect(percentile([], 0.5)).toBeNaN();
  });

  it('grows with the share', () => {
    fc.assert(
      fc.property(
        values,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (list, a, b) => {
          expect(percentile(list, Math.min(a, b))).toBeLessThanOrEqual(percentile(list, Math.max(a, b)));
        },
      ),
    );
  });
});

describe('a summary of ratios', () => {
  it('has the median, the extremes and the number of rounds', () => {
    expect(summaryOf([1.2, 1.1, 1.3])).toEqual({ median: 1.2, min: 1.1, max: 1.3, rounds: 3 });
  });

  it('is cut to four significant digits', () => {
    expect(significant(0.123456)).toBe(0.1235);
    expect(significant(54_321)).toBe(54_320);
  });
});

describe('the interval of a median', () => {
  it('leaves out as many values on either side as tables of the sign test say', () => {
    const first = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
    expect(intervalOfMedian(first(6))).toEqual({ low: 1, high: 6 });
    expect(intervalOfMedian(first(10))).toEqual({ low: 2, high: 9 });
    expect(intervalOfMedian(first(20))).toEqual({ low: 6, high: 15 });
    expect(intervalOfMedian([7, 5])).toEqual({ low: 5, high: 7 });
  });
});
