import { formatMicros } from '@auditmesh/events';
import type { Headers } from './record.js';

export interface CloudEvent {
  /** Unique within its source. */
  id: string;
  type: string;
  source: string;
  /** µs since the epoch. */
  time: number;
  subject?: string;
  /** W3C trace context. */
  traceparent?: string | undefined;
}

/** Headers of a record in the binary content mode of CloudEvents 1.0 (Kafka protocol binding, section 3.2). */
export function cloudEventHeaders(event: CloudEvent): Headers {
  return {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_type: event.type,
    ce_source: event.source,
    ce_time: formatMicros(event.time),
    'content-type': 'application/avro',
    ...(event.subject === undefined ? {} : { ce_subject: event.subject }),
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
  };
}
