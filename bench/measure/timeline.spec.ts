import { describe, expect, it } from '@jest/globals';
import { Timeline } from './timeline.ts';

function timeline(...samples: [time: number, count: number][]): Timeline {
  const line = new Timeline();
  for (const [time, count] of samples) line.add(time, count);
  return line;
}

describe('a timeline', () => {
  it('tells when a count was first seen', () => {
    const line = timeline([10, 5], [20, 5], [30, 9]);
    expect(line.timeOf(1)).toBe(10);
    expect(line.timeOf(5)).toBe(10);
    expect(line.timeOf(6)).toBe(30);
    expect(line.timeOf(10)).toBeUndefined();
    expect(line.count).toBe(9);
  });

  it('counts for a rate only what came after the first sample', () => {
    expect(timeline([0, 100], [1_000, 150], [2_000, 300]).rate(10, 300)).toBe(100);
  });

  it('refuses a rate over a single sample', () => {
    expect(() => timeline([5, 100]).rate(10, 100)).toThrow(/too few records/);
    expect(() => timeline([5, 100], [6, 200]).rate(10, 300)).toThrow(/too few records/);
  });
});
