import { topics, type MissingRun, type SecretAccessed } from '@auditmesh/events';
import { faultOfNumbers, faultOfRecord } from './access-fault.js';
import type { Places } from './places.js';
import { gapEvent, resumedEvent, silentEvent } from './producer-event.js';
import { isCorrectable, reportedUse, type AccessRecord } from './secret-access.js';
import { eventOfUse, type Cause, type LoggedEvent } from './secret-event.js';
import type { TaskState } from './task-state.js';

const topic = topics.secretAccesses.name;
const TRACE = /^[0-9a-f]{2}-([0-9a-f]{32})-/;

/** A record of `secret.accesses.v1`. */
export interface ReadRecord {
  value: SecretAccessed;
  headers: Readonly<Record<string, string>>;
  /** Append time, µs. */
  appended: number;
}

/** What is to be told because of a record. */
export interface Telling {
  events: LoggedEvent[];
  /** What breaks the contract: the record belongs into the dead-letter queue. */
  fault?: string;
  /** How it is known to have come before; then there are no events. */
  repeated?: 'number' | 'identity';
  gap?: MissingRun;
}

/** Tells of records, one after the other as they lie on one partition. */
export class Teller {
  constructor(
    private readonly state: TaskState,
    private readonly places: Places,
    private readonly partition: number,
  ) {}

  tell({ value, headers, appended }: ReadRecord): Telling {
    const { producers, seen } = this.state;
    const { producer_id: producerId, partition_sequence: number, heartbeat } = value;
    const faultOfNumber = faultOfNumbers(value);
    if (faultOfNumber) return { events: [], fault: faultOfNumber };
    const fault = faultOfRecord(value, headers, appended);
    if (fault && number === 0) return { events: [], fault };
    if (number === 0 && value.access && !seen.add(headers.ce_source!, headers.ce_id!, appended))
      return { events: [], repeated: 'identity' };

    const promise = heartbeat && !fault ? { promise: heartbeat.interval_ms } : {};
    const { repeated, gap, ended } = producers.hear({ producerId, number, appended, ...promise });
    if (repeated) return { events: [], repeated: 'number' };
    const producer = this.producer(producerId);
    const telling: Telling = { events: [] };
    if (gap) {
      telling.gap = gap;
      telling.events.push(gapEvent(producer, gap, this.partition, appended));
    }
    if (ended) telling.events.push(resumedEvent(producer, ended, appended));
    if (fault) {
      producers.unhear(producerId, number);
      return { ...telling, fault };
    }
    if (value.access) telling.events.push(this.eventOf(value as AccessRecord, headers));
    return telling;
  }

  /** The silences that have lasted long enough as of the log's clock, µs. */
  silences(clock: number): LoggedEvent[] {
    return this.state.producers
      .silences(clock)
      .map((silence) => silentEvent(this.producer(silence.producerId), silence));
  }

  private eventOf(record: AccessRecord, headers: ReadRecord['headers']): LoggedEvent {
    const { ce_source: source, ce_id: id, traceparent } = headers;
    const traceId = TRACE.exec(traceparent ?? '')?.[1] ?? null;
    const cause: Cause = { source: source!, id: id!, topic, traceId };
    const { producers } = this.state;
    const use = reportedUse(record, cause, producers);
    if (isCorrectable(record, cause))
      producers.keepCorrectable(record.producer_id, record.sequence, record.occurred_at);
    return eventOfUse(use, this.places.ofSecret(record.access));
  }

  private producer(id: string) {
    return { id, place: this.places.ofProducer(id), topic };
  }
}
