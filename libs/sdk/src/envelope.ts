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

/** f64 time, u16 length of the key, u16 length of the trace context, both, then Avro; little-endian. */
export function encodeEnvelope({ key, occurredAt, traceparent = '', avro }: Envelope): Buffer {
  const keyBytes = Buffer.byteLength(key);
  const traceBytes = Buffer.byteLength(traceparent);
  const bytes = Buffer.allocUnsafe(FIXED_BYTES + keyBytes + traceBytes + avro.length);
  bytes.writeDoubleLE(occurredAt, 0);
  bytes.writeUInt16LE(keyBytes, 8);
  bytes.writeUInt16LE(traceBytes, 10);
  bytes.write(key, FIXED_BYTES, 'utf8');
  bytes.write(traceparent, FIXED_BYTES + keyBytes, 'utf8');
  bytes.set(avro, FIXED_BYTES + keyBytes + traceBytes);
  return bytes;
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
