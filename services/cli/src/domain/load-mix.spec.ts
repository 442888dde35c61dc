import { describe, expect, it } from '@jest/globals';
import { loadMix } from './load-mix.js';

describe('loadMix', () => {
  it('gives the same sequence for the same seed, and another for another', () => {
    expect([...loadMix(50, 7)]).toEqual([...loadMix(50, 7)]);
    expect([...loadMix(50, 7)]).not.toEqual([...loadMix(50, 8)]);
  });

  it('mixes both kinds', () => {
    const policies = [...loadMix(1_000, 1)].filter(({ kind }) => kind === 'policy').length;
    expect(policies).toBeGreaterThan(600);
    expect(policies).toBeLessThan(800);
  });
});
