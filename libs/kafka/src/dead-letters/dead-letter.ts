import { headersOf } from '../producer/as-it-came.js';
import type { EncodedRecord } from '../producer/outgoing-record.js';
import type { ConsumedRecord } from '../record.js';
import type { DeadLetterCode } from '../task/batch.js';

/** Where a dead letter came from. */
export interface Origin {
  group: string;
  /** Name on the cluster. */
  topic: string;
  partition: number;
}

const MAX_REASON = 2_000;

/** The record as it came, with headers that say why it is here and from where; these make a second copy recognisable. */
export function deadLetter(
  record: ConsumedRecord,
  origin: Origin,
  code: DeadLetterCode,
  reason: string,
  partitions: number,
): EncodedRecord {
  const headers = headersOf(record);
  Object.assign(headers, {
    dlq_code: code,
    dlq_reason: reason.slice(0, MAX_REASON),
    dlq_group: origin.group,
    dlq_topic: origin.topic,
    dlq_partition: String(origin.partition),
    dlq_offset: String(record.offset),
    dlq_timestamp: String(record.timestamp),
  });
  return {
    key: record.keyBytes,
    value: record.valueBytes,
    headers,
    partition: origin.partition % partitions,
    size: (record.valueBytes?.length ?? 0) + (record.keyBytes?.length ?? 0) + MAX_REASON,
  };
}
