import type { Told } from './application.ts';

/** How often each path has an entry that says it was given: in the topic, or in the table. */
export type Entries = ReadonlyMap<string, number>;

export interface Verdict {
  /** Reads that returned. */
  given: number;
  refused: number;
  /** Given, with no entry. */
  lost: string[];
  /** With more than one entry. */
  doubled: string[];
}

/**
 * Each secret given must have its entry, and no read more than one. A read that was killed before it returned may have
 * its entry.
 */
export function judge(told: Told, entries: Entries): Verdict {
  return {
    given: told.given.size,
    refused: told.refused.length,
    lost: [...told.given].filter((path) => !entries.has(path)),
    doubled: [...entries].flatMap(([path, count]) => (count > 1 ? [path] : [])),
  };
}
