import type { Topic } from '@auditmesh/events';
import { readablePosition } from '../consumer/offsets.js';
import type { Chunk } from '../consumer/chunk.js';
import type { RecordProducer } from '../producer/record-producer.js';
import type { ConsumedRecord } from '../record.js';
import type { DeadLetterCode } from './batch.js';
import { deadLetter } from '../dead-letters/dead-letter.js';
import { decodeChunk } from './decode-chunk.js';
import { tellExpired, type Input, type SessionContext } from './session-context.js';
import { ChunkFailed, type Session } from './session.js';

/** Takes records out of the batch into the dead-letter queue; resolves when they are there. */
export type Reject = (
  records: { record: ConsumedRecord; code: DeadLetterCode; reason: string }[],
) => Promise<void>;

/** Makes the effect of a batch durable, and with it that `batch.nextOffset` is the next offset. */
export type MakeDurable = () => Promise<void>;

/** How the records of one group are handled where their effect, and the offset with it, is kept elsewhere. */
export interface ExternalHandlers {
  /** Offsets of record; undefined where there is none yet. */
  positions(partition: number, topics: Topic<unknown>[]): Promise<Map<string, number | undefined>>;
  /**
   * By declared name of the input. Prepares the effect of a batch while that of the batch before becomes durable; what
   * it returns is called once, after that. Also called without records when only the position moved.
   */
  batch: ReadonlyMap<string, (batch: never, reject: Reject) => Promise<MakeDurable>>;
}

/**
 * Handles a task whose offsets of record are in a store of its own, such as PostgreSQL. A dead letter is written before
 * the offset moves, so a crash in between can give a second copy, recognisable by its headers. See ADR 0004.
 */
export class ExternalOffsetsSession implements Session {
  readonly durable = new Map<string, number>();
  isSettling = false;
  private readonly inputs: Map<string, Input>;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: SessionContext,
    private readonly handlers: ExternalHandlers,
    private readonly producer: RecordProducer,
    private readonly onSettled: () => void,
  ) {
    this.inputs = new Map(context.inputs.map((input) => [context.client.topicName(input.topic), input]));
  }

  async open(): Promise<Map<string, number>> {
    const { cluster, partition, inputs } = this.context;
    const known = await this.handlers.positions(
      partition,
      inputs.map(({ topic }) => topic),
    );
    for (const [name, { topic }] of this.inputs) {
      const { position, expired } = await readablePosition(cluster, name, partition, known.get(topic.name));
      if (expired) tellExpired(this.context, name, expired);
      this.durable.set(name, position);
    }
    return new Map(this.durable);
  }

  async process(chunk: Chunk): Promise<void> {
    const input = this.inputs.get(chunk.topic)!;
    const makeDurable = await attempt(chunk, async () => {
      const { batch, poison } = await decodeChunk(chunk, input);
      const reject = this.rejectTo(chunk.topic);
      await reject(poison.map(({ record, reason }) => ({ record, code: 'MALFORMED_RECORD', reason })));
      return this.handlers.batch.get(input.topic.name)!(batch as never, reject);
    });
    await this.follow(chunk, makeDurable);
  }

  async reject(chunk: Chunk, reason: string): Promise<void> {
    const { topic } = this.inputs.get(chunk.topic)!;
    const { partition, nextOffset } = chunk;
    const makeDurable = await attempt(chunk, async () => {
      const reject = this.rejectTo(chunk.topic);
      await reject(chunk.records.map((record) => ({ record, code: 'HANDLER_FAILED', reason })));
      const empty = { topic, partition, records: [], nextOffset, handledBefore: 0 };
      return this.handlers.batch.get(topic.name)!(empty as never, reject);
    });
    await this.follow(chunk, makeDurable);
  }

  async tick(): Promise<void> {}

  settle(): Promise<void> {
    return this.last;
  }

  async close(): Promise<void> {
    await this.last.catch(() => undefined);
  }

  /** Lets the batch become durable once the one before is, without waiting for it. */
  private async follow(chunk: Chunk, makeDurable: MakeDurable): Promise<void> {
    await this.last;
    this.isSettling = true;
    this.last = attempt(chunk, async () => {
      await makeDurable();
      this.durable.set(chunk.topic, chunk.nextOffset);
    }).finally(() => {
      this.isSettling = false;
      this.onSettled();
    });
    this.last.catch(() => undefined); // thrown by whoever comes next
  }

  private rejectTo(input: string): Reject {
    const { group, client, partition, deadLetterPartitions, events } = this.context;
    return async (rejected) => {
      if (!rejected.length) return;
      const letters = rejected.map(({ record, code, reason }) =>
        deadLetter(record, { group, topic: input, partition }, code, reason, deadLetterPartitions),
      );
      await this.producer.sendEncoded(client.name(`${group}.dlq`), letters);
      for (const { code } of rejected) events.deadLetter(input, code);
    };
  }
}

async function attempt<T>(chunk: Chunk, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new ChunkFailed(chunk, cause);
  }
}
