import { eventId, formatMicros, noDetails, type AuditEvent, type MissingRun, short } from '@auditmesh/events';
import type { Place } from './place.js';
import type { LoggedEvent } from './secret-event.js';
import type { Silence } from './watch.js';

export const SOURCE = 'auditmesh/secret-access';

/** A producer, and where its faults belong. */
export interface PlacedProducer {
  id: string;
  place: Place;
  /** Input that it writes to. */
  topic: string;
}

/** That the numbers of a producer skip some. @param found when that was seen, µs by the log's clock */
export function gapEvent(
  producer: PlacedProducer,
  gap: MissingRun,
  partition: number,
  found: number,
): LoggedEvent {
  const { first, last } = gap;
  const missing = last - first + 1;
  const which = missing === 1 ? `number ${first}` : `${first} to ${last}`;
  const records = missing === 1 ? '1 record' : `${missing} records`;
  return producerEvent(producer, {
    type: 'audit_producer_gap',
    occurredAt: found,
    cause: [String(partition), String(first)],
    message: `${records} of the producer ${short(producer.id)} ${missing === 1 ? 'is' : 'are'} missing, ${which} on partition ${partition}`,
    fault: { partition, first_missing: first, last_missing: last, missing },
  });
}

/** That a producer was not heard when it had promised. */
export function silentEvent(producer: PlacedProducer, { lastHeardAt, expectedAt }: Silence): LoggedEvent {
  return producerEvent(producer, {
    type: 'audit_producer_silent',
    occurredAt: expectedAt,
    cause: ['silent', String(lastHeardAt)],
    message: `The producer ${short(producer.id)} has been silent since ${formatMicros(lastHeardAt)}`,
    fault: { last_heard_at: lastHeardAt, expected_at: expectedAt },
  });
}

/** That it was heard again. @param heardAt µs, by the log's clock */
export function resumedEvent(producer: PlacedProducer, silence: Silence, heardAt: number): LoggedEvent {
  const { lastHeardAt, expectedAt } = silence;
  return producerEvent(producer, {
    type: 'audit_producer_resumed',
    occurredAt: heardAt,
    cause: ['resumed', String(heardAt)],
    message: `The producer ${short(producer.id)} is heard again, after ${duration(heardAt - lastHeardAt)}`,
    fault: { last_heard_at: lastHeardAt, expected_at: expectedAt },
  });
}

/** That lines of an audit device are gone. @param since µs @param lost null where nobody knows how many */
export function overflowEvent(
  producer: PlacedProducer,
  device: string,
  since: number,
  lost: number | null,
): LoggedEvent {
  const lines = lost === null ? 'lines, nobody knows how many' : lost === 1 ? '1 line' : `${lost} lines`;
  const { log, event } = producerEvent(producer, {
    type: 'audit_device_overflowed',
    occurredAt: since,
    cause: ['overflow', String(since)],
    message: `The audit device ${short(device)} could not hand over ${lines}`,
    fault: { missing: lost },
  });
  return { log, event: { ...event, target: { ...event.target, name: short(device) } } };
}

interface Told {
  type: string;
  occurredAt: number;
  /** Besides the producer. */
  cause: string[];
  message: string;
  fault: Partial<NonNullable<AuditEvent['producer_fault']>>;
}

function producerEvent({ id, place, topic }: PlacedProducer, told: Told): LoggedEvent {
  const { type, occurredAt, cause, message, fault } = told;
  const event: AuditEvent = {
    ...noDetails,
    id: eventId(occurredAt, SOURCE, id, ...cause),
    type,
    category: 'administration',
    occurred_at: occurredAt,
    actor: { id: null, type: 'system', name: 'auditmesh', email: null, ip: null, user_agent: null },
    scope: place.scope,
    target: { type: 'audit_producer', id, name: id.split('/')[0]! },
    outcome: 'success',
    message,
    consolidation: null,
    cause: { id: [id, ...cause].join('/'), topic },
    source: SOURCE,
    trace_id: null,
    producer_fault: {
      producer_id: id,
      partition: null,
      first_missing: null,
      last_missing: null,
      missing: null,
      last_heard_at: null,
      expected_at: null,
      ...fault,
    },
    contents: [],
  };
  return { log: place.log, event };
}

/** Of µs, in the largest unit that gives a whole number above one. */
function duration(micros: number): string {
  const seconds = Math.max(1, Math.round(micros / 1_000_000));
  const [amount, unit] =
    seconds >= 7_200
      ? [Math.round(seconds / 3_600), 'hours']
      : seconds >= 120
        ? [Math.round(seconds / 60), 'minutes']
        : [seconds, seconds === 1 ? 'second' : 'seconds'];
  return `${amount} ${unit}`;
}
