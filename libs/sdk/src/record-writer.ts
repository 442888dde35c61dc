import { parseSchema } from '@auditmesh/avro';
import { topics, type SecretAccess, type SecretAccessed } from '@auditmesh/events';
import { partitionOf } from '@auditmesh/kafka/producing';
import { beginEnvelope } from './envelope.js';
import type { EncodeBody, RecordNumbers } from './spool/spool-writer.js';

const { partitions, schema } = topics.secretAccesses;
const avro = parseSchema(schema);

/** Where records go. @see WritingEnd */
interface Spool {
  append(partition: number, encode: EncodeBody): Promise<number>;
}

/** Puts records into the spool. */
export class RecordWriter {
  constructor(
    private readonly spool: Spool,
    readonly producerId: string,
    /** µs since the epoch. */
    private readonly now: () => number,
  ) {}

  /** @see WritingEnd.append */
  access(access: SecretAccess, traceparent?: string): Promise<number> {
    const occurredAt = this.now();
    const key = access.secret_id;
    return this.spool.append(partitionOf(key, partitions), (numbers, into, at) => {
      const record = this.record('access', occurredAt, numbers, access, null);
      return encode(record, into, beginEnvelope(into, at, { key, occurredAt, traceparent }));
    });
  }

  /** One on each partition, since each is watched on its own. @param intervalMs until the next one; null after the last */
  async heartbeat(intervalMs: number | null): Promise<void> {
    const occurredAt = this.now();
    const key = this.producerId;
    const heartbeat = { interval_ms: intervalMs };
    const all = Array.from({ length: partitions }, (_, partition) =>
      this.spool.append(partition, (numbers, into, at) => {
        const record = this.record('heartbeat', occurredAt, numbers, null, heartbeat);
        return encode(record, into, beginEnvelope(into, at, { key, occurredAt }));
      }),
    );
    await Promise.all(all);
  }

  private record(
    kind: 'access' | 'heartbeat',
    occurred_at: number,
    { sequence, partitionSequence: partition_sequence }: RecordNumbers,
    access: SecretAccess | null,
    heartbeat: SecretAccessed['heartbeat'],
  ): SecretAccessed {
    // Written out: with a spread each record would be an object of a shape of its own.
    const producer_id = this.producerId;
    return { kind, producer_id, sequence, partition_sequence, occurred_at, access, heartbeat };
  }
}

/** @see EncodeBody */
function encode(record: SecretAccessed, into: Buffer, at: number): number {
  const end = avro.encode(record, into, at);
  return end < 0 ? into.length - end : end;
}
