import type { IHeaders } from 'kafkajs';
import type { ConsumedRecord } from '../record.js';
import type { EncodedRecord } from './outgoing-record.js';

const OVERHEAD_BYTES = 1_000;

/** The record, to be written again with its key, value and headers, but for the headers that `leaveOut` says. */
export function asItCame(
  record: ConsumedRecord,
  partition: number,
  leaveOut?: (name: string) => boolean,
): EncodedRecord {
  const { keyBytes: key, valueBytes: value } = record;
  const size = (key?.length ?? 0) + (value?.length ?? 0) + OVERHEAD_BYTES;
  return { key, value, headers: headersOf(record, leaveOut), partition, size };
}

/** Headers as they came, repeated ones included, but for those that `leaveOut` says. */
export function headersOf(
  record: ConsumedRecord,
  leaveOut: (name: string) => boolean = () => false,
): IHeaders {
  const headers: IHeaders = {};
  for (const [name, value] of record.rawHeaders()) {
    if (leaveOut(name)) continue;
    const before = headers[name];
    headers[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return headers;
}
