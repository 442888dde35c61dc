import type { ProducerState } from '@auditmesh/events';

/** A time in which nothing was heard of a producer that had promised to be heard. */
export interface Silence {
  producerId: string;
  /** µs, by the log's clock. */
  lastHeardAt: number;
  expectedAt: number;
}

/** Heartbeats that may fail to come. */
const PATIENCE = 3;
const LOOK_EVERY_US = 1_000_000;
/** When the log stood still for longer, it was the log that was away and not the producers. */
const STANDSTILL_US = 10_000_000;

/** When the producer must be heard at the latest, µs; undefined if it promised nothing. */
export const expectedAt = ({ heard_at, interval_ms }: ProducerState): number | undefined =>
  interval_ms === null ? undefined : heard_at + PATIENCE * interval_ms * 1_000;

/**
 * Tells who is overdue. The time counts only while it was watched: from the first look of a session on, and anew after
 * the log stood still, so that an outage of ours or of Kafka makes no producer silent.
 */
export class Watch {
  private clock = -Infinity;
  private since = 0;

  /** @param clock the log's, µs @returns whether it is time to look again */
  advance(clock: number): boolean {
    if (clock < this.clock + LOOK_EVERY_US) return false;
    if (clock > this.clock + STANDSTILL_US) this.since = clock;
    this.clock = clock;
    return true;
  }

  isOverdue(state: ProducerState): boolean {
    const expected = expectedAt({ ...state, heard_at: Math.max(state.heard_at, this.since) });
    return expected !== undefined && this.clock >= expected;
  }
}
