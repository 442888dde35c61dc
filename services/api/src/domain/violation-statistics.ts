import { formatMicros } from '@auditmesh/events';

export const intervals = ['day', 'week', 'month'] as const;
export type Interval = (typeof intervals)[number];

/** What happened to the violations of a group in one interval, or before the first. */
export interface MovesRow {
  key: string;
  name: string;
  /** Begin of the interval, µs since the epoch; null for all before the first. */
  begin: number | null;
  opened: number;
  resolved: number;
  dismissed: number;
}

export interface IntervalStatistics {
  /** RFC 3339. */
  from: string;
  to: string;
  opened: number;
  resolved: number;
  dismissed: number;
  /** At its end. */
  open: number;
}

export interface GroupStatistics {
  key: string;
  name: string;
  intervals: IntervalStatistics[];
}

const DAY_US = 86_400_000_000;

/** Begins of the intervals that overlap [from, to), in UTC; a week begins on Monday. Times are µs since the epoch. */
export function* beginsOf(interval: Interval, from: number, to: number): Generator<number> {
  for (let at = beginOf(interval, from); at < to; at = nextBegin(interval, at)) yield at;
}

/** The figures of each group, interval by interval without a gap, those with the most openings first. */
export function statisticsOf(
  rows: MovesRow[],
  interval: Interval,
  from: number,
  to: number,
): GroupStatistics[] {
  const groups = [...Map.groupBy(rows, ({ key }) => key)].map(([key, moves]) => {
    const byBegin = new Map(moves.map((row) => [row.begin, row]));
    let open = sumOf(byBegin.get(null));
    const list = [...beginsOf(interval, from, to)].map((begin) => {
      const { opened = 0, resolved = 0, dismissed = 0 } = byBegin.get(begin) ?? {};
      open += opened - resolved - dismissed;
      const end = nextBegin(interval, begin);
      return { from: formatMicros(begin), to: formatMicros(end), opened, resolved, dismissed, open };
    });
    return { key, name: moves[0]!.name, intervals: list };
  });
  return groups.toSorted((a, b) => openedIn(b) - openedIn(a) || (a.key < b.key ? -1 : 1));
}

const openedIn = (group: GroupStatistics): number =>
  group.intervals.reduce((sum, { opened }) => sum + opened, 0);

const sumOf = (row: MovesRow | undefined): number => (row ? row.opened - row.resolved - row.dismissed : 0);

function beginOf(interval: Interval, at: number): number {
  const day = at - (((at % DAY_US) + DAY_US) % DAY_US);
  const date = new Date(day / 1000);
  if (interval === 'day') return day;
  if (interval === 'week') return day - ((date.getUTCDay() + 6) % 7) * DAY_US;
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) * 1000;
}

function nextBegin(interval: Interval, begin: number): number {
  if (interval !== 'month') return begin + (interval === 'day' ? 1 : 7) * DAY_US;
  const date = new Date(begin / 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) * 1000;
}
