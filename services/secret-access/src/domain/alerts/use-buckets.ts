import type { UseBucket } from '@auditmesh/events';

/** A window is counted in this many parts; it reaches over the part of a use and as many before it. */
export const PARTS = 20;
/** Parts with uses that are kept of one subject, the newest. */
export const MOST_BUCKETS = 64;

/** Uses that lie within one window. */
export interface WindowCount {
  count: number;
  /** µs since the epoch. */
  firstAt: number;
  /** The first event of each part, in order. */
  eventIds: string[];
}

/** Number of the part of the window that the time belongs to. */
export const partOf = (micros: number, windowMs: number): number =>
  Math.floor(micros / ((windowMs * 1000) / PARTS));

/**
 * Counts a use in place. The result does not depend on the order of uses, as long as none is older than all that is kept.
 *
 * @param buckets in order of their number
 * @returns false if it is too late to count
 */
export function countUse(buckets: UseBucket[], number: number, at: number, id: string): boolean {
  let place = buckets.length;
  while (place > 0 && buckets[place - 1]!.number > number) place--;
  const same = buckets[place - 1];
  if (same?.number === number) {
    same.count++;
    if (at < same.first_at || (at === same.first_at && id < same.first_id)) {
      same.first_at = at;
      same.first_id = id;
    }
    return true;
  }
  if (place === 0 && buckets.length === MOST_BUCKETS) return false;
  buckets.splice(place, 0, { number, count: 1, first_at: at, first_id: id });
  if (buckets.length > MOST_BUCKETS) buckets.shift();
  return true;
}

/** The fullest window that contains the part, which has a use; of several the earliest. */
export function fullestWindow(buckets: readonly UseBucket[], number: number): WindowCount {
  const near = buckets.filter((each) => Math.abs(each.number - number) <= PARTS);
  let best = { count: 0, from: 0, to: 0 };
  let count = 0;
  for (let from = 0, to = 0; to < near.length; to++) {
    count += near[to]!.count;
    while (near[from]!.number < near[to]!.number - PARTS) count -= near[from++]!.count;
    if (count > best.count) best = { count, from, to };
  }
  const within = near.slice(best.from, best.to + 1);
  return {
    count: best.count,
    firstAt: Math.min(...within.map(({ first_at }) => first_at)),
    eventIds: within.map(({ first_id }) => first_id),
  };
}
