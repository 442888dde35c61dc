import { parseSchema } from '@auditmesh/avro';
import { topics, type SecretAccess, type SecretAccessed } from '@auditmesh/events';
import { partitionOf } from '@auditmesh/kafka/producing';
import { encodeEnvelope } from './envelope.js';
import type { RecordNumbers } from './spool/spool-writer.js';
import type { Spool } from './spool/spool.js';

const { partitions, schema } = topics.secretAccesses;
const avro = parseSchema(schema);

/** Puts records into the spool. */
export class RecordWriter {
  constructor(
    private readonly spool: Spool,
    readonly producerId: string,
    /** µs since the epoch. */
    private readonly now: () => number,
  ) {}

  /** @see Spool.append */
  access(access: SecretAccess, traceparent?: string): Promise<number> {
    const occurredAt = this.now();
    const key = access.secret_id;
    return this.spool.append(partitionOf(key, partitions), (numbers) => {
      const body = avro.toBuffer(this.record('access', occurredAt, numbers, { access }));
      return encodeEnvelope({ key, occurredAt, traceparent, avro: body });
    });
  }

  /** One on each partition, since each is watched on its own. @param intervalMs until the next one; null after the last */
  async heartbeat(intervalMs: number | null): Promise<void> {
    const occurredAt = this.now();
    const heartbeat = { interval_ms: intervalMs };
    const all = Array.from({ length: partitions }, (_, partition) =>
      this.spool.append(partition, (numbers) => {
        const body = avro.toBuffer(this.record('heartbeat', occurredAt, numbers, { heartbeat }));
        return encodeEnvelope({ key: this.producerId, occurredAt, avro: body });
      }),
    );
    await Promise.all(all);
  }

  private record(
    kind: 'access' | 'heartbeat',
    occurred_at: number,
    { sequence, partitionSequence }: RecordNumbers,
    details: Partial<SecretAccessed>,
  ): SecretAccessed {
    return {
      kind,
      producer_id: this.producerId,
      sequence,
      partition_sequence: partitionSequence,
      occurred_at,
      access: null,
      heartbeat: null,
      ...details,
    };
  }
}
