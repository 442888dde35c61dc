import { median, significant } from './statistics.ts';

/** CPU time per record, µs, by who used it; NaN where the system does not tell. */
export interface Cost {
  /** What is measured itself; undefined where that is the server. */
  program: number | undefined;
  server: number;
}

/** What is counted and what serves, as figures call them. */
export interface Names {
  /** One of what is counted. */
  record: string;
  /** Several of them; default: with an s. */
  records?: string;
  server: string;
}

/** Figures of what one contestant's rounds cost: medians, without what is not known. */
export function costFigures(
  contestant: string,
  costs: readonly Cost[],
  names: Names,
): Record<string, number> {
  const figures = {
    [`${contestant}_cpu_us_per_${names.record}`]: median(costs.flatMap(({ program }) => program ?? [])),
    [`${contestant}_${names.server}_cpu_us_per_${names.record}`]: median(costs.map(({ server }) => server)),
  };
  const known = Object.entries(figures).filter(([, us]) => Number.isFinite(us));
  return Object.fromEntries(known.map(([name, us]) => [name, significant(us)]));
}
