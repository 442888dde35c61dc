import { crc32c } from '@node-rs/crc32';
import { KafkaError } from '../errors.js';
import { ConsumedRecord } from '../record.js';
import { Bytes } from './bytes.js';
import { decompress } from './compression.js';

/** Bytes before `length` counts: base offset and the length itself. */
const LENGTH_END = 12;
const CRC_END = 21;
const ATTRIBUTES = { codec: 0x07, appendTime: 0x08, transactional: 0x10, control: 0x20 };

export interface AbortedTransaction {
  producerId: number;
  firstOffset: number;
}

export interface DecodedRecords {
  records: ConsumedRecord[];
  /** Where to fetch on: after the last whole batch, control batches included; unchanged if there was none. */
  nextOffset: number;
}

/**
 * Decodes the records field of a fetch response: record batches of magic 2 (KIP-98), the last of which may be cut short.
 * Leaves out control records, records of aborted transactions, and those before `fetchOffset`, since a batch is sent whole.
 *
 * @param aborted as in the response: the aborted transactions that overlap
 * @throws KafkaError CORRUPT_BATCH
 */
export function decodeRecords(
  buffer: Buffer,
  fetchOffset: number,
  aborted: AbortedTransaction[] = [],
): DecodedRecords {
  const records: ConsumedRecord[] = [];
  const abortedFirst = aborted.toSorted((a, b) => b.firstOffset - a.firstOffset);
  const abortedNow = new Set<number>();
  let nextOffset = fetchOffset;
  let whole = 0;

  for (let at = 0; at + LENGTH_END <= buffer.length;) {
    const end = at + LENGTH_END + buffer.readInt32BE(at + 8);
    if (end > buffer.length) break;
    whole++;
    const batch = readHeader(buffer.subarray(at, end), nextOffset);
    at = end;
    while (abortedFirst.length && abortedFirst.at(-1)!.firstOffset <= batch.lastOffset) {
      abortedNow.add(abortedFirst.pop()!.producerId);
    }
    if (batch.attributes & ATTRIBUTES.control) {
      if (isAbortMarker(batch)) abortedNow.delete(batch.producerId);
    } else if (!(batch.attributes & ATTRIBUTES.transactional && abortedNow.has(batch.producerId))) {
      readRecords(batch, fetchOffset, records);
    }
    nextOffset = Math.max(nextOffset, batch.lastOffset + 1);
  }
  // A broker sends the first batch whole, whatever its size (KIP-74).
  if (buffer.length && !whole) throw corrupt(fetchOffset, new RangeError('it is not whole'));
  return { records, nextOffset };
}

interface Batch {
  baseOffset: number;
  lastOffset: number;
  attributes: number;
  baseTimestamp: number;
  maxTimestamp: number;
  producerId: number;
  count: number;
  body: Buffer;
}

function readHeader(buffer: Buffer, near: number): Batch {
  try {
    const bytes = new Bytes(buffer);
    const baseOffset = bytes.int64();
    bytes.int32(); // length
    bytes.int32(); // partition leader epoch
    const magic = bytes.int8();
    if (magic !== 2) throw new RangeError(`magic ${magic} is not 2`);
    const crc = bytes.uint32();
    if (crc32c(buffer.subarray(CRC_END)) !== crc) throw new RangeError('the checksum (CRC-32C) is wrong');
    const attributes = bytes.int16();
    const lastOffset = baseOffset + bytes.int32();
    const baseTimestamp = bytes.int64();
    const maxTimestamp = bytes.int64();
    const producerId = bytes.int64();
    bytes.int16(); // producer epoch
    bytes.int32(); // base sequence
    const count = bytes.int32();
    const rest = buffer.subarray(bytes.at);
    const codec = attributes & ATTRIBUTES.codec;
    const body = codec ? decompress(codec, rest) : rest;
    return { baseOffset, lastOffset, attributes, baseTimestamp, maxTimestamp, producerId, count, body };
  } catch (cause) {
    throw corrupt(near, cause);
  }
}

function readRecords(batch: Batch, fetchOffset: number, records: ConsumedRecord[]): void {
  const bytes = new Bytes(batch.body);
  const appendTime = (batch.attributes & ATTRIBUTES.appendTime) !== 0;
  try {
    for (let i = 0; i < batch.count; i++) {
      const end = bytes.varint() + bytes.at;
      bytes.at++; // attributes, unused
      const timestampDelta = bytes.varint();
      const offset = batch.baseOffset + bytes.varint();
      const keyLength = bytes.varint();
      const key = keyLength < 0 ? null : bytes.slice(keyLength);
      const valueLength = bytes.varint();
      const value = valueLength < 0 ? null : bytes.slice(valueLength);
      if (bytes.at > end || end > batch.body.length)
        throw new RangeError(`record ${i} is longer than it says`);
      if (offset >= fetchOffset) {
        const timestamp = appendTime ? batch.maxTimestamp : batch.baseTimestamp + timestampDelta;
        records.push(new ConsumedRecord(offset, timestamp, key, value, batch.body.subarray(bytes.at, end)));
      }
      bytes.at = end;
    }
  } catch (cause) {
    throw corrupt(batch.baseOffset, cause);
  }
}

/** Key of a control record: version int16, type int16; type 0 is an abort (KIP-98, "Control Messages"). */
function isAbortMarker(batch: Batch): boolean {
  const bytes = new Bytes(batch.body);
  bytes.varint();
  bytes.at++;
  bytes.varint();
  bytes.varint();
  const key = bytes.slice(bytes.varint());
  return key.readInt16BE(2) === 0;
}

const corrupt = (offset: number, cause: unknown) =>
  new KafkaError(
    'CORRUPT_BATCH',
    `The batch at offset ${offset} cannot be read: ${(cause as Error).message}.`,
    { cause },
  );
