import { describe, expect, it } from '@jest/globals';
import { Costs } from './cost.ts';

describe('the costs of several rounds', () => {
  it('are medians by contestant, without what is not known', () => {
    const costs = new Costs();
    for (const program of [30, 10, 20]) costs.add('ours', { program, database: program * 2 });
    costs.add('copy', { program: undefined, database: 50 });
    costs.add('other', { program: NaN, database: NaN });
    expect(costs.figures()).toEqual({
      ours_cpu_us_per_event: 20,
      ours_database_cpu_us_per_event: 40,
      copy_database_cpu_us_per_event: 50,
    });
  });
});
