import { randomUUID } from 'node:crypto';
import { topics, type SecretAccessed } from '@auditmesh/events';
import { partitionOf, type EncodedRecord } from '@auditmesh/kafka/producing';
import { headersOf } from '../envelope.js';
import type { MeshConnection } from '../mesh-connection.js';
import type { OutboxSettings } from './outbox-options.js';
import type { OutboxRow } from './outbox-table.js';

const { partitions } = topics.secretAccesses;
const HEADERS_BYTES = 500;

/** The record that a row is. */
export function recordOf(row: OutboxRow): EncodedRecord {
  const { id, aggregateid: key, payload: value, traceparent } = row;
  const headers = {
    ce_specversion: '1.0',
    ce_id: id,
    ce_type: row.type,
    ce_source: row.ce_source,
    ce_time: row.ce_time,
    'content-type': 'application/avro',
    ce_subject: key,
    ...(traceparent === null ? {} : { traceparent }),
  };
  const size = value.length + key.length + HEADERS_BYTES;
  return { key, value, headers, partition: partitionOf(key, partitions), size };
}

interface Beat {
  partition: number;
  intervalMs: number | null;
}

/** Signs of life of a relay, one on each partition, which have no numbers as its other records have none. */
export class RelayHeartbeats {
  private nextAt = 0;

  constructor(
    private readonly settings: OutboxSettings,
    private readonly intervalMs: number,
  ) {}

  /** Those that are to be sent now. */
  due(): Beat[] {
    return performance.now() < this.nextAt ? [] : this.all(this.intervalMs);
  }

  sent(): void {
    this.nextAt = performance.now() + this.intervalMs;
  }

  /** Those that say that no more will come. */
  last(): Beat[] {
    return this.all(null);
  }

  recordOf({ partition, intervalMs }: Beat, { encode }: MeshConnection): EncodedRecord {
    const { producerId, now } = this.settings;
    const occurred_at = now();
    const beat: SecretAccessed = {
      kind: 'heartbeat',
      producer_id: producerId,
      sequence: 0,
      partition_sequence: 0,
      occurred_at,
      access: null,
      heartbeat: { interval_ms: intervalMs },
    };
    const value = encode(beat);
    const envelope = { key: producerId, occurredAt: occurred_at, avro: value };
    const headers = headersOf(envelope, producerId, randomUUID());
    return { key: producerId, value, headers, partition, size: value.length + HEADERS_BYTES };
  }

  private all(intervalMs: number | null): Beat[] {
    return Array.from({ length: partitions }, (_, partition) => ({ partition, intervalMs }));
  }
}
