import type { DirectoryOverTime, FrameworkRules } from '@auditmesh/compliance';
import { formatMicros } from '@auditmesh/events';
import type { Period } from './period.js';

/** Something as it stood from one time until before another, both RFC 3339. */
export type Standing<T> = T & { from: string; to: string };

export type FrameworkVersion = Standing<FrameworkRules>;

/** The framework as it stood over the period; nothing for times when it was not there. */
export function frameworkVersions(
  directory: DirectoryOverTime,
  id: number,
  times: readonly number[],
  period: Period,
): FrameworkVersion[] {
  return standings(times, period, (at) => directory.framework(id, at));
}

/** How something stood over the period. @param times at which it may have changed, in their order */
export function standings<T extends object>(
  times: readonly number[],
  { from, to }: Period,
  valueAt: (at: number) => T | undefined,
): Standing<T>[] {
  const runs: { from: number; value: T | undefined }[] = [];
  for (const at of [from, ...times.filter((time) => time > from && time < to)]) {
    const value = valueAt(at);
    if (JSON.stringify(runs.at(-1)?.value) !== JSON.stringify(value) || !runs.length)
      runs.push({ from: at, value });
  }
  return runs.flatMap(({ from: begin, value }, i) =>
    value ? { ...value, from: formatMicros(begin), to: formatMicros(runs[i + 1]?.from ?? to) } : [],
  );
}
