import type { MissingRun, ProducerState } from '@auditmesh/events';
import { numberArrived, numberMissing, type Arrival } from './numbers.js';
import type { StateRecord } from './state-record.js';
import { expectedAt, Watch, type Silence } from './watch.js';

/** What a record says of its producer. */
export interface Heard {
  producerId: string;
  /** Number on the partition; 0 where the producer does not number its records. */
  number: number;
  /** Append time, µs. */
  appended: number;
  /** Of a heartbeat: ms until the next one; null when there will be none. */
  promise?: number | null;
}

/** What follows from that. */
export interface Hearing {
  /** Whether the record came before. */
  repeated: boolean;
  /** Numbers that it skipped. */
  gap?: MissingRun;
  /** The silence that it ended. */
  ended?: Silence;
}

const FAMILY = 'producer/';
/** Fail-closed accesses in flight at a time that a correction still finds. */
const CORRECTABLE = 256;
/** Retention of the input and a week: then none of its records can come again. */
const FORGOTTEN_AFTER_US = 97 * 86_400_000_000;

/** Producers as they are heard on one partition. */
export class Producers {
  private readonly states = new Map<string, ProducerState>();
  private readonly changed = new Set<string>();
  private readonly watch = new Watch();

  constructor(private readonly watches: (producerId: string) => boolean) {}

  restore(key: string, state: ProducerState | null): void {
    if (!key.startsWith(FAMILY)) return;
    if (state) this.states.set(state.producer_id, state);
    else this.states.delete(key.slice(FAMILY.length));
  }

  /**
   * Takes note of a record. One that comes again changes nothing, and one that comes late fills the gap it left. Nothing is
   * kept of a producer that neither numbers its records nor gives heartbeats.
   */
  hear({ producerId, number, appended, promise }: Heard): Hearing {
    const known = this.states.get(producerId);
    if (!known && number === 0 && promise === undefined) return { repeated: false };
    const state = known ?? unheard(producerId);
    const arrival: Arrival = number > 0 ? numberArrived(state, number) : { kind: 'next' };
    if (arrival.kind === 'repeated') return { repeated: true };
    const hearing: Hearing = { repeated: false };
    if (arrival.gap) hearing.gap = arrival.gap;
    if (state.silent) hearing.ended = silenceOf(state);
    state.silent = false;
    state.heard_at = Math.max(state.heard_at, appended);
    if (promise !== undefined && arrival.kind === 'next') state.interval_ms = promise;
    this.states.set(producerId, state);
    this.changed.add(producerId);
    return hearing;
  }

  /** Takes back that a number has come, since its record went to the dead-letter queue and may be sent again from there. */
  unhear(producerId: string, number: number): void {
    const state = this.states.get(producerId);
    if (state && number > 0) numberMissing(state, number, number);
  }

  /** Remembers an access that a later record may correct. @param occurredAt µs */
  keepCorrectable(producerId: string, sequence: number, occurredAt: number): void {
    const list = this.states.get(producerId)?.correctable;
    list?.push({ sequence, occurred_at: occurredAt });
    if (list && list.length > CORRECTABLE) list.shift();
  }

  /** When the access of that number ended, µs; undefined if it is not remembered. */
  correctable(producerId: string, sequence: number): number | undefined {
    const list = this.states.get(producerId)?.correctable;
    return list?.find((access) => access.sequence === sequence)?.occurred_at;
  }

  /** The silences to be told as of the log's clock, µs, each once. It also forgets who was not heard for very long. */
  silences(clock: number): Silence[] {
    if (!this.watch.advance(clock)) return [];
    const found: Silence[] = [];
    for (const [id, state] of this.states) {
      if (this.watches(id) && !state.silent && this.watch.isOverdue(state)) {
        state.silent = true;
        this.changed.add(id);
        found.push(silenceOf(state));
      }
      if (state.heard_at + FORGOTTEN_AFTER_US > clock) continue;
      this.states.delete(id);
      this.changed.add(id);
    }
    return found;
  }

  /** How many of those watched here are silent. */
  get silentCount(): number {
    return [...this.states.values()].filter(({ silent }) => silent).length;
  }

  /** One record for each producer that has changed since this was last asked. */
  takeChanges(): StateRecord[] {
    const changes = [...this.changed].map((id) => {
      const producer = this.states.get(id);
      return { key: FAMILY + id, value: producer ? { producer, waiting: null, seen: null } : null };
    });
    this.changed.clear();
    return changes;
  }
}

const unheard = (producer_id: string): ProducerState => ({
  producer_id,
  partition_sequence: 0,
  heard_at: 0,
  interval_ms: null,
  silent: false,
  missing: [],
  correctable: [],
});

const silenceOf = (state: ProducerState): Silence => ({
  producerId: state.producer_id,
  lastHeardAt: state.heard_at,
  expectedAt: expectedAt(state)!,
});
