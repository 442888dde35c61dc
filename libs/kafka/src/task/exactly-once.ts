import type { Topic } from '@auditmesh/events';
import type { Chunk } from '../consumer/chunk.js';
import { committedOffset, offsetMetadata, readablePosition, type Committed } from '../consumer/offsets.js';
import { readPartition } from '../consumer/read-partition.js';
import { encodeRecord, type EncodedRecord, type OutgoingRecord } from '../producer/outgoing-record.js';
import { TransactionalProducer } from '../producer/transactional-producer.js';
import type { ConsumedRecord } from '../record.js';
import type { DeadLetterCode, RestoreContext, Tick, Transaction } from './batch.js';
import { deadLetter } from '../dead-letters/dead-letter.js';
import { decodeChunk } from './decode-chunk.js';
import { tellExpired, type Input, type SessionContext } from './session-context.js';
import { ChunkFailed, type Session } from './session.js';

/** How the records of one group are handled, topic to topic. */
export interface ExactlyOnceHandlers<S> {
  /** By declared name of the input. */
  batch: ReadonlyMap<string, (batch: never, tx: Transaction<S>) => Promise<void>>;
  restore?: ((context: RestoreContext) => Promise<S>) | undefined;
  tick?: ((tick: Tick, tx: Transaction<S>) => Promise<void>) | undefined;
}

/** Records that may wait unsent, so that a large transaction is written while it is made. */
const SEND_AT = 500;

/**
 * Handles a task so that its outputs and offsets are committed together: fences, reads the committed offsets, restores,
 * then one transaction per chunk. See ADR 0003.
 */
export class ExactlyOnceSession<S> implements Session, Transaction<S> {
  readonly partition: number;
  readonly isSettling = false;
  state!: S;
  private readonly producer: TransactionalProducer;
  private readonly group: string;
  private readonly inputs: Map<string, Input>;
  private readonly committed = new Map<string, Committed>();
  private readonly positions = new Map<string, number>();
  private readonly holds = new Map<string, number>();
  private pending = new Map<string, EncodedRecord[]>();
  /** They wait for the transaction that moves the input past their records, since a checkpoint does not. */
  private deadLetters: EncodedRecord[] = [];
  private pendingCount = 0;
  private sending: Promise<void> = Promise.resolve();
  private dirty = false;
  private input = '';

  constructor(
    private readonly context: SessionContext,
    private readonly handlers: ExactlyOnceHandlers<S>,
  ) {
    this.partition = context.partition;
    this.group = context.client.name(context.group);
    this.producer = new TransactionalProducer(context.client, `${this.group}.${context.partition}`);
    this.inputs = new Map(context.inputs.map((input) => [context.client.topicName(input.topic), input]));
  }

  async open(): Promise<Map<string, number>> {
    const { cluster, partition } = this.context;
    await this.producer.fence();
    for (const topic of this.inputs.keys()) {
      const committed = await committedOffset(cluster, this.group, topic, partition);
      this.committed.set(topic, committed ?? { offset: -1, readTo: -1 });
      const { position, expired } = await readablePosition(cluster, topic, partition, committed?.offset);
      if (expired) tellExpired(this.context, topic, expired);
      this.positions.set(topic, position);
    }
    this.state = (await this.handlers.restore?.({
      partition,
      changelog: (topic) => this.changelog(topic),
    })) as S;
    return new Map(this.positions);
  }

  get durable(): ReadonlyMap<string, number> {
    return new Map([...this.committed].map(([topic, { readTo }]) => [topic, readTo]));
  }

  process(chunk: Chunk): Promise<void> {
    return this.inTransaction(chunk, async () => {
      const input = this.inputs.get(chunk.topic)!;
      const { batch, poison } = await decodeChunk(chunk, input, this.handledBefore(chunk.topic));
      for (const { record, reason } of poison) this.deadLetter(record, 'MALFORMED_RECORD', reason);
      if (batch.records.length) await this.handlers.batch.get(input.topic.name)!(batch as never, this);
    });
  }

  reject(chunk: Chunk, reason: string): Promise<void> {
    return this.inTransaction(chunk, async () => {
      for (const record of chunk.records) this.deadLetter(record, 'HANDLER_FAILED', reason);
    });
  }

  async settle(): Promise<void> {}

  async tick(now: number, caughtUp: ReadonlyMap<string, boolean>): Promise<void> {
    if (!this.handlers.tick) return;
    const idle = [...caughtUp.values()].every(Boolean);
    const hasRead = (topic: Topic<unknown>) => caughtUp.get(this.context.client.topicName(topic)) ?? true;
    await this.handlers.tick({ now, idle, hasRead }, this);
    await this.commit();
  }

  async close(): Promise<void> {
    await this.sending.catch(() => undefined);
    await this.producer.discard();
  }

  send<T>(topic: Topic<T>, record: OutgoingRecord<T>): void {
    const open = this.context.topics.get(topic);
    this.enqueue(open.name, encodeRecord(open, record));
  }

  deadLetter(record: ConsumedRecord, code: DeadLetterCode, reason: string): void {
    if (record.offset < this.handledBefore(this.input)) return;
    const { group, deadLetterPartitions, events } = this.context;
    const origin = { group, topic: this.input, partition: this.partition };
    this.deadLetters.push(deadLetter(record, origin, code, reason, deadLetterPartitions));
    events.deadLetter(this.input, code);
  }

  holdAt(topic: Topic<unknown>, offset: number | undefined): void {
    const name = this.context.client.topicName(topic);
    if (offset === undefined) this.holds.delete(name);
    else this.holds.set(name, offset);
  }

  async checkpoint(): Promise<void> {
    this.flush();
    await this.sending;
    if (this.dirty) await this.producer.commit(this.group, []);
    this.dirty = false;
  }

  private enqueue(topic: string, record: EncodedRecord): void {
    const list = this.pending.get(topic);
    if (list) list.push(record);
    else this.pending.set(topic, [record]);
    this.dirty = true;
    if (++this.pendingCount >= SEND_AT) this.flush();
  }

  private flush(): void {
    const batch = this.pending;
    this.pending = new Map();
    this.pendingCount = 0;
    this.sending = this.sending.then(async () => {
      for (const [topic, records] of batch) await this.producer.send(topic, records);
    });
    this.sending.catch(() => undefined); // thrown where it is awaited, at the commit
  }

  private async inTransaction(chunk: Chunk, work: () => Promise<void>): Promise<void> {
    this.input = chunk.topic;
    try {
      await work();
      this.positions.set(chunk.topic, chunk.nextOffset);
      await this.commit();
    } catch (cause) {
      throw new ChunkFailed(chunk, cause);
    }
  }

  private handledBefore(input: string): number {
    return Math.max(0, this.committed.get(input)!.readTo);
  }

  /**
   * Nothing to say is not said: a transaction without records is worth its time only if an offset moves. One with
   * records always says how far the input was read, since they must not be made of it again.
   */
  private async commit(): Promise<void> {
    const { client, group } = this.context;
    for (const letter of this.deadLetters.splice(0)) this.enqueue(client.name(`${group}.dlq`), letter);
    this.flush();
    await this.sending;
    const changed = [...this.positions]
      .map(([topic, readTo]) => ({
        topic,
        readTo,
        offset: Math.min(readTo, this.holds.get(topic) ?? readTo),
      }))
      .filter(({ topic, offset, readTo }) => {
        const before = this.committed.get(topic)!;
        return offset !== before.offset || (this.dirty && readTo > before.readTo);
      })
      .map((next) => ({ ...next, readTo: Math.max(next.readTo, this.committed.get(next.topic)!.readTo) }));
    if (!this.dirty && !changed.length) return;
    const { partition } = this;
    await this.producer.commit(
      this.group,
      changed.map(({ topic, offset, readTo }) => ({
        topic,
        partition,
        offset,
        metadata: offsetMetadata(readTo),
      })),
    );
    for (const { topic, offset, readTo } of changed) this.committed.set(topic, { offset, readTo });
    this.dirty = false;
  }

  private async *changelog<T>(topic: Topic<T>): AsyncGenerator<ConsumedRecord<T | null>[]> {
    const { name, codec } = this.context.topics.get(topic);
    for await (const records of readPartition(this.context.client, name, this.partition)) {
      await codec.prepare(records.map((r) => r.valueBytes));
      for (const record of records as ConsumedRecord<T | null>[]) {
        record.value = record.valueBytes && codec.decode(record.valueBytes);
      }
      yield records as ConsumedRecord<T | null>[];
    }
  }
}
