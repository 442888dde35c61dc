import { describe, expect, it } from '@jest/globals';
import { nextDelay } from './keep-alive.js';

describe('the wait before a process is started again', () => {
  it('doubles from one second to thirty while it keeps dying', () => {
    const delays: number[] = [];
    let delay: number | undefined;
    for (let death = 0; death < 7; death++) delays.push((delay = nextDelay(delay, 500)));
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('is one second again after a minute of life', () => {
    expect(nextDelay(30_000, 60_000)).toBe(1000);
  });
});
