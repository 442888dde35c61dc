import { parseSchema, wireFormat } from '@auditmesh/avro';
import { topics, type SecretAccessed } from '@auditmesh/events';
import {
  Backoff,
  pause,
  Signal,
  type EncodedRecord,
  type Log,
  type RecordProducer,
} from '@auditmesh/kafka/producing';
import { decodeEnvelope, headersOf } from './envelope.js';
import { connectToMesh, type Mesh } from './mesh-connection.js';
import type { SpoolBatch } from './spool/spool-reader.js';
import type { ShippedSpool } from './spool/spool.js';

const topic = topics.secretAccesses;
/** Records that may wait a little go together: a request costs nearly the same for one as for many. */
const LINGER_MS = 20;
/** As many records do not wait for more. */
const MANY = 500;
const HEADERS_BYTES = 500;
const STOP_MS = 5_000;

/** Who wants to know what the mesh has. */
export interface Listener {
  /** Whether somebody waits for a record. */
  readonly awaited: boolean;
  /** What was told last: why the mesh took nothing, or that it took something. */
  readonly outage: Error | undefined;
  /** The mesh has all records up to this sequence. */
  reached(sequence: number): void;
  failed(cause: Error): void;
}

/**
 * Brings the records of a spool to their topic, in their order and at least once: it tries for ever, and goes on after a
 * crash with the first that was not acknowledged.
 */
export class Shipper {
  private readonly stopping = new AbortController();
  private readonly urgent = new Signal();
  private readonly schemaIds = new Map<object, number>();
  private producer: RecordProducer | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly spool: ShippedSpool,
    private readonly mesh: Mesh,
    private readonly listener: Listener,
    private readonly log: Log,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Ships what is there without waiting for more. */
  hurry(): void {
    this.urgent.raise();
  }

  /** Resolves when nothing is under way, after 5 s at the latest; what was not acknowledged stays in the spool. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.spool.readable.raise();
    this.urgent.raise();
    const stopped = new AbortController();
    const ending = Promise.all([this.running, this.producer?.disconnect().catch(() => undefined)]);
    await Promise.race([ending, pause(STOP_MS, stopped.signal)]);
    stopped.abort();
    this.discardProducer();
  }

  private async run(): Promise<void> {
    const backoff = new Backoff();
    while (!this.stopping.signal.aborted) {
      try {
        this.producer ??= await this.connect();
        await this.shipNext(this.producer);
        backoff.reset();
      } catch (error) {
        this.failed(error as Error);
        await backoff.wait(this.stopping.signal);
      }
    }
    // It may have come after the stop had waited long enough.
    this.discardProducer();
  }

  private async connect(): Promise<RecordProducer> {
    const { producer } = await connectToMesh(this.mesh);
    if (this.spool.pending === 0) this.reachable(0);
    return producer;
  }

  private async shipNext(producer: RecordProducer): Promise<void> {
    const seen = this.spool.readable.count;
    if (!this.listener.awaited && this.spool.pending < MANY)
      await this.urgent.after(this.urgent.count, LINGER_MS);
    const batch = await this.spool.read();
    if (batch.records.length) await this.ship(producer, batch);
    else if (!this.stopping.signal.aborted) await this.spool.readable.after(seen);
  }

  private async ship(producer: RecordProducer, batch: SpoolBatch): Promise<void> {
    const id = await this.schemaId(batch.schema);
    const source = producerOf(batch);
    const records = batch.records.map(({ sequence, partition, body }): EncodedRecord => {
      const envelope = decodeEnvelope(body);
      const value = wireFormat(id, envelope.avro);
      const headers = headersOf(envelope, source, sequence);
      return { key: envelope.key, value, headers, partition, size: value.length + HEADERS_BYTES };
    });
    await producer.sendEncoded(this.mesh.client.topicName(topic), records);
    this.reachable(batch.end.sequence - 1);
    await this.spool.acknowledge(batch);
  }

  /** Of the schema that these records were written by, which an older version of the program may have done. */
  private async schemaId(schema: object): Promise<number> {
    const { client, registry } = this.mesh;
    const id =
      this.schemaIds.get(schema) ?? (await registry.lookup(`${client.topicName(topic)}-value`, schema));
    this.schemaIds.set(schema, id);
    return id;
  }

  private reachable(sequence: number): void {
    if (this.listener.outage) this.log.info({}, 'The mesh takes audit records again.');
    this.listener.reached(sequence);
  }

  /** What is written of the batch is unknown: all of it is sent again, by a producer that knows nothing of this one. */
  private failed(cause: Error): void {
    if (this.stopping.signal.aborted) return;
    const fields = { err: cause, pending: this.spool.pending };
    if (this.listener.outage) this.log.debug(fields, 'The mesh still takes no audit records.');
    else this.log.warn(fields, 'The mesh takes no audit records; they stay in the spool until it does.');
    this.listener.failed(cause);
    this.discardProducer();
    this.spool.rewind();
  }

  private discardProducer(): void {
    this.producer?.disconnect().catch(() => undefined);
    this.producer = undefined;
  }
}

/** Who wrote the batch: all records of a file are of one process. */
function producerOf({ records, schema }: SpoolBatch): string {
  const { avro } = decodeEnvelope(records[0]!.body);
  return (typeOf(schema).fromBuffer(avro) as SecretAccessed).producer_id;
}

/** Made once for a schema, which takes longer than to ship a hundred records. */
const types = new WeakMap<object, ReturnType<typeof parseSchema>>();

function typeOf(schema: object) {
  const type = types.get(schema) ?? parseSchema(schema);
  types.set(schema, type);
  return type;
}
