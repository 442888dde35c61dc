import type { SecretState } from '@auditmesh/events';
import { Producers } from './producers.js';
import { Seen, type SeenLimits } from './seen.js';
import type { StateRecord } from './state-record.js';

/** What a task remembers, family by family; each knows its keys. Changed in place, written down by `takeChanges`. */
export class TaskState {
  readonly producers: Producers;
  readonly seen: Seen;

  /** @param watches whether this task is the one that notices the silence of a producer */
  constructor(limits: SeenLimits, watches: (producerId: string) => boolean) {
    this.producers = new Producers(watches);
    this.seen = new Seen(limits);
  }

  /** Takes over a record of the changelog; a tombstone forgets. */
  restore(key: string, value: SecretState | null): void {
    this.producers.restore(key, value?.producer ?? null);
    this.seen.restore(key, value?.seen ?? null);
  }

  /** The records that bring the changelog up to date. */
  takeChanges(): StateRecord[] {
    return [...this.producers.takeChanges(), ...this.seen.takeChanges()];
  }
}
