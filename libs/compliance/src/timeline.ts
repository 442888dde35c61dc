/** µs since the epoch, later than anything is: to ask how things stand in the end. The directory has no answer for Infinity. */
export const LATEST = Number.MAX_SAFE_INTEGER;

/** One status, from a time on until the next run begins. */
export interface Run<S> {
  /** µs since the epoch; -Infinity for what has always been so. */
  readonly from: number;
  readonly status: S;
}

/** Runs in the order of their times; no two neighbours have the same status. It says nothing of the time before the first. */
export type Timeline<S> = readonly Run<S>[];

/** The run that the time lies in; undefined before the first. */
export function runAt<S>(timeline: Timeline<S>, at: number): Run<S> | undefined {
  let low = 0;
  let high = timeline.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeline[middle]!.from <= at) low = middle + 1;
    else high = middle;
  }
  return timeline[low - 1];
}

/**
 * Goes on with a status from a time that is not before the last run. What it had for that very time before is gone, and
 * nothing changes where it is in that status already.
 */
export function extend<S>(timeline: Run<S>[], from: number, status: S): void {
  if (timeline.at(-1)?.from === from) timeline.pop();
  const last = timeline.at(-1);
  if (!last || last.status !== status) timeline.push({ from, status });
}
