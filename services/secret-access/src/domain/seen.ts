import { eventId, type SeenRecord } from '@auditmesh/events';
import type { StateRecord } from './state-record.js';

export interface SeenLimits {
  /** How long an identity is remembered, ms of append time. */
  forMs: number;
  /** How many are remembered at most, the newest ones. */
  records: number;
}

const FAMILY = 'seen/';
/** Tombstones of one transaction. */
const FORGET_AT_ONCE = 10_000;

/** Identities that were told already, of what has no number; each for a time after it was appended. */
export class Seen {
  /** When each may be forgotten, µs, in the order in which they came. */
  private readonly forgetAt = new Map<string, number>();
  private changes: StateRecord[] = [];

  constructor(private readonly limits: SeenLimits) {}

  restore(key: string, seen: SeenRecord | null): void {
    if (!key.startsWith(FAMILY)) return;
    this.forgetAt.delete(key);
    if (seen) this.forgetAt.set(key, seen.forget_at);
  }

  has(source: string, id: string): boolean {
    return this.forgetAt.has(keyOf(source, id));
  }

  /**
   * Remembers an identity.
   *
   * @param appended append time of the record, µs
   * @returns whether it is new
   */
  add(source: string, id: string, appended: number): boolean {
    const key = keyOf(source, id);
    if (this.forgetAt.has(key)) return false;
    const forget_at = appended + this.limits.forMs * 1_000;
    this.forgetAt.set(key, forget_at);
    this.changes.push({ key, value: { producer: null, waiting: null, seen: { forget_at } } });
    return true;
  }

  /** Forgets what is due, and the oldest where there are too many. @param clock the log's, µs */
  forgetOld(clock: number): void {
    let left = FORGET_AT_ONCE;
    for (const [key, forgetAt] of this.forgetAt) {
      if (left-- === 0 || (forgetAt > clock && this.forgetAt.size <= this.limits.records)) return;
      this.forgetAt.delete(key);
      this.changes.push({ key, value: null });
    }
  }

  get size(): number {
    return this.forgetAt.size;
  }

  /** What has changed since it was last asked. */
  takeChanges(): StateRecord[] {
    const changes = this.changes;
    this.changes = [];
    return changes;
  }
}

const keyOf = (source: string, id: string): string => FAMILY + eventId(0, source, id);
