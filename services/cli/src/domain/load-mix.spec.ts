import { describe, expect, it } from '@jest/globals';
import { loadMix } from './load-mix.js';

describe('loadMix', () => {
  it('gives the same sequence for the same seed, and another for another', () => {
    expect([...loadMix(50, 7)]).toEqual([...loadMix(50, 7)]);
    expect([...loadMix(50, 7)]).not.toEqual([...loadMix(50, 8)]);
  });

  it('mixes all kinds', () => {
    const kinds = Map.groupBy(loadMix(1_000, 1), ({ kind }) => kind);
    const share = (kind: 'policy' | 'merge' | 'activity') =>
      Math.round((kinds.get(kind)!.length / 1_000) * 10);
    expect([share('policy'), share('merge'), share('activity')]).toEqual([7, 1, 2]);
  });
});
