import { field, type Json } from '@auditmesh/policies';
import { count } from './policy-values.js';

const intervals = ['day', 'week', 'month', 'year'] as const;
type Interval = (typeof intervals)[number];

/** How long a finding must have existed to count. */
export interface AgeLimit {
  older: boolean;
  value: number;
  interval: Interval;
}

/** Reads `vulnerability_age`; null where there is none that can be read. */
export function readAge(age: Json | undefined): AgeLimit | null {
  const operator = field(age, 'operator');
  const value = count(field(age, 'value'));
  const interval = intervals.find((name) => name === field(age, 'interval'));
  if (value === undefined || !interval || (operator !== 'greater_than' && operator !== 'less_than'))
    return null;
  return { older: operator === 'greater_than', value, interval };
}

/** Whether a finding is of that age; one whose age nobody knows is. @param now µs since the epoch, as `detectedAt` */
export function isOfAge(limit: AgeLimit, detectedAt: number | null, now: number): boolean {
  if (detectedAt === null) return true;
  const then = before(now / 1000, limit) * 1000;
  return limit.older ? detectedAt < then : detectedAt > then;
}

/** The time of the calendar (UTC) so long before, ms; the last day of a month where that has no such day. */
function before(now: number, { value, interval }: AgeLimit): number {
  const time = new Date(now);
  if (interval === 'day' || interval === 'week')
    return now - value * (interval === 'day' ? 1 : 7) * 86_400_000;
  const day = time.getUTCDate();
  time.setUTCDate(1);
  time.setUTCMonth(time.getUTCMonth() - value * (interval === 'month' ? 1 : 12));
  const days = new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1, 0)).getUTCDate();
  time.setUTCDate(Math.min(day, days));
  return time.getTime();
}
