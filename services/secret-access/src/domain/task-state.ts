import type { SecretState } from '@auditmesh/events';
import { WaitingEntries, type WaitingLimits } from './devices/waiting-entries.js';
import { Producers } from './producers.js';
import { Seen, type SeenLimits } from './seen.js';
import type { StateRecord } from './state-record.js';

/** What a task remembers, family by family; each knows its keys. Changed in place, written down by `takeChanges`. */
export class TaskState {
  readonly producers: Producers;
  readonly seen: Seen;
  readonly waiting: WaitingEntries;

  /** @param watches whether this task is the one that notices the silence of a producer */
  constructor(
    limits: SeenLimits,
    watches: (producerId: string) => boolean,
    waiting: WaitingLimits = { forMs: 60_000, entries: 50_000 },
  ) {
    this.producers = new Producers(watches);
    this.seen = new Seen(limits);
    this.waiting = new WaitingEntries(waiting);
  }

  /** Takes over a record of the changelog; a tombstone forgets. */
  restore(key: string, value: SecretState | null): void {
    this.producers.restore(key, value?.producer ?? null);
    this.seen.restore(key, value?.seen ?? null);
    this.waiting.restore(key, value?.waiting ?? null);
  }

  /** The records that bring the changelog up to date. */
  takeChanges(): StateRecord[] {
    return [...this.producers.takeChanges(), ...this.seen.takeChanges(), ...this.waiting.takeChanges()];
  }
}
