import { describe, expect, it } from '@jest/globals';
import { formatMicros, parseMicros } from '@auditmesh/events';
import { beginsOf, statisticsOf, type Interval, type MovesRow } from './violation-statistics.js';

const at = (text: string): number => parseMicros(`${text}T00:00:00Z`)!;
const moves = (key: string, begin: string | null, opened: number, resolved = 0, dismissed = 0): MovesRow =>
  ({
    ...{ key, name: key.toUpperCase(), begin: begin && at(begin), opened, resolved, dismissed },
  }) as MovesRow;

describe('the intervals of a time', () => {
  it.each<[Interval, string[]]>([
    ['day', ['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']],
    ['week', ['2026-02-23', '2026-03-02']],
    ['month', ['2026-02-01', '2026-03-01']],
  ])('begin with a %s in UTC', (interval, begins) => {
    const found = [...beginsOf(interval, at('2026-02-27') + 5, at('2026-03-02') + 1)];
    expect(found.map((micros) => formatMicros(micros).slice(0, 10))).toEqual(begins);
  });
});

describe('the statistics of violations', () => {
  const [from, to] = [at('2026-03-01'), at('2026-03-04')];
  const figures = (rows: MovesRow[]) =>
    statisticsOf(rows, 'day', from, to).map(({ key, intervals }) => [
      key,
      ...intervals.map(({ opened, resolved, dismissed, open }) => [opened, resolved, dismissed, open].join()),
    ]);

  it('count on from what was open before, also where nothing happened', () => {
    const rows = [moves('a', null, 9, 2, 3), moves('a', '2026-03-01', 1), moves('a', '2026-03-03', 0, 2, 1)];
    expect(figures(rows)).toEqual([['a', '1,0,0,5', '0,0,0,5', '0,2,1,2']]);
  });

  it('name the group first that has the most openings', () => {
    const rows = [moves('a', '2026-03-01', 1), moves('c', '2026-03-02', 2), moves('b', '2026-03-02', 1)];
    expect(figures(rows).map(([key]) => key)).toEqual(['c', 'a', 'b']);
  });
});
