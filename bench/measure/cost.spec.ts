import { describe, expect, it } from '@jest/globals';
import { costFigures } from './cost.ts';

const names = { record: 'event', server: 'database' };

describe('the costs of several rounds', () => {
  it('are medians of the program and of its server', () => {
    const costs = [30, 10, 20].map((program) => ({ program, server: program * 2 }));
    expect(costFigures('ours', costs, names)).toEqual({
      ours_cpu_us_per_event: 20,
      ours_database_cpu_us_per_event: 40,
    });
  });

  it('leave out what is not known', () => {
    expect(costFigures('copy', [{ program: undefined, server: 50 }], names)).toEqual({
      copy_database_cpu_us_per_event: 50,
    });
    expect(costFigures('ours', [{ program: NaN, server: NaN }], names)).toEqual({});
  });
});
