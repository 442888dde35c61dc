import { cloudEventHeaders } from '@auditmesh/kafka/producing';

/** A record with what its headers and its key are made from; the body of a frame in the spool. */
export interface Envelope {
  key: string;
  /** µs since the epoch. */
  occurredAt: number;
  /** W3C trace context. */
  traceparent?: string | undefined;
  avro: Buffer;
}

const FIXED_BYTES = 12;

/**
 * Writes what comes before the Avro: f64 time, u16 length of the key, u16 length of the trace context, both; little-endian.
 *
 * @returns where the Avro begins
 * @throws RangeError for texts of more than 65,535 bytes
 */
export function beginEnvelope(
  bytes: Buffer,
  at: number,
  { key, occurredAt, traceparent }: Omit<Envelope, 'avro'>,
): number {
  const keyAt = at + FIXED_BYTES;
  const keyBytes = bytes.write(key, keyAt, 'utf8');
  const traceBytes = traceparent ? bytes.write(traceparent, keyAt + keyBytes, 'utf8') : 0;
  bytes.writeDoubleLE(occurredAt, at);
  bytes.writeUInt16LE(keyBytes, at + 8);
  bytes.writeUInt16LE(traceBytes, at + 10);
  return keyAt + keyBytes + traceBytes;
}

export function decodeEnvelope(bytes: Buffer): Envelope {
  const keyEnd = FIXED_BYTES + bytes.readUInt16LE(8);
  const traceEnd = keyEnd + bytes.readUInt16LE(10);
  return {
    occurredAt: bytes.readDoubleLE(0),
    key: bytes.toString('utf8', FIXED_BYTES, keyEnd),
    traceparent: traceEnd > keyEnd ? bytes.toString('utf8', keyEnd, traceEnd) : undefined,
    avro: bytes.subarray(traceEnd),
  };
}

export const ACCESS_TYPE = 'auditmesh.secret.SecretAccessed';

/** Headers of the record: the producer and the id that it gave are its cause. @param id the sequence, where there is one */
export const headersOf = (
  { key, occurredAt, traceparent }: Envelope,
  producerId: string,
  id: number | string,
) =>
  cloudEventHeaders({
    id: String(id),
    type: ACCESS_TYPE,
    source: producerId,
    time: occurredAt,
    subject: key,
    traceparent,
  });
