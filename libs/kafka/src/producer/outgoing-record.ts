import type { Message } from 'kafkajs';
import { partitionOf } from '../murmur2.js';
import type { Headers } from '../record.js';
import type { OpenTopic } from '../topics.js';

/** A record to be written. */
export interface OutgoingRecord<T> {
  key: string;
  /** null is a tombstone. */
  value: T | null;
  headers?: Headers;
  /** Only where the partition does not follow from the key. */
  partition?: number;
}

/** A record as bytes, with its partition: left to the client library, a repetition could choose another one. */
export type EncodedRecord = Message & { partition: number; size: number };

const OVERHEAD_BYTES = 100;

/** @throws AvroError INVALID_VALUE */
export function encodeRecord<T>(topic: OpenTopic<T>, record: OutgoingRecord<T>): EncodedRecord {
  const value = record.value === null ? null : topic.codec.encode(record.value);
  const headers = record.headers ?? {};
  let size = OVERHEAD_BYTES + record.key.length + (value?.length ?? 0);
  for (const name in headers) size += name.length + headers[name]!.length;
  return {
    key: record.key,
    value,
    headers: { ...headers },
    partition: record.partition ?? partitionOf(record.key, topic.partitions),
    size,
  };
}

/** A request's worth: records of one topic become one batch, which must stay below the broker's `max.message.bytes`. */
export const REQUEST_BYTES = 800_000;
