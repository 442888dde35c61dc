import type { Topic } from '@auditmesh/events';
import { listOffsets } from '../consumer/offsets.js';
import type { Chunk } from '../consumer/chunk.js';
import type { RecordProducer } from '../producer/record-producer.js';
import type { ConsumedRecord } from '../record.js';
import type { Batch, DeadLetterCode, Tick } from './batch.js';
import { deadLetter } from './dead-letter.js';
import { decodeChunk } from './decode-chunk.js';
import type { SessionContext } from './exactly-once.js';
import type { Session } from './session.js';

/** Takes records out of the batch into the dead-letter queue; resolves when they are there. */
export type Reject = (
  records: { record: ConsumedRecord; code: DeadLetterCode; reason: string }[],
) => Promise<void>;

/** How the records of one group are handled where their effect, and the offset with it, is kept elsewhere. */
export interface ExternalHandlers {
  /** Offsets of record; undefined where there is none yet. */
  positions(partition: number, topics: Topic<unknown>[]): Promise<Map<string, number | undefined>>;
  /**
   * By declared name of the input. Makes effect and offset durable together, `batch.nextOffset` being the next; also
   * called without records when only the position moved.
   */
  batch: ReadonlyMap<string, (batch: Batch<never>, reject: Reject) => Promise<void>>;
}

/**
 * Handles a task whose offsets of record are in a store of its own, such as PostgreSQL. A dead letter is written before
 * the offset moves, so a crash in between can give a second copy, recognisable by its headers. See ADR 0004.
 */
export class ExternalOffsetsSession implements Session {
  private readonly inputs: Map<string, Topic<unknown>>;

  constructor(
    private readonly context: SessionContext,
    private readonly handlers: ExternalHandlers,
    private readonly producer: RecordProducer,
  ) {
    this.inputs = new Map(context.inputs.map((topic) => [context.client.topicName(topic), topic]));
  }

  async open(): Promise<Map<string, number>> {
    const { cluster, partition, inputs } = this.context;
    const known = await this.handlers.positions(partition, inputs);
    const positions = new Map<string, number>();
    for (const [name, topic] of this.inputs) {
      const start = (await listOffsets(cluster, name, [partition], 'log-start'))[0]!;
      positions.set(name, known.get(topic.name) ?? start);
    }
    return positions;
  }

  async process(chunk: Chunk): Promise<void> {
    const topic = this.inputs.get(chunk.topic)!;
    const { batch, poison } = await decodeChunk(chunk, topic, this.context.topics.get(topic).codec);
    const reject = this.rejectTo(chunk.topic);
    await reject(poison.map(({ record, reason }) => ({ record, code: 'MALFORMED_RECORD', reason })));
    await this.handlers.batch.get(topic.name)!(batch as Batch<never>, reject);
  }

  async reject(chunk: Chunk, reason: string): Promise<void> {
    const topic = this.inputs.get(chunk.topic)!;
    const reject = this.rejectTo(chunk.topic);
    await reject(chunk.records.map((record) => ({ record, code: 'HANDLER_FAILED', reason })));
    const { partition, nextOffset } = chunk;
    const empty: Batch<never> = {
      topic: topic as Topic<never>,
      partition,
      records: [],
      nextOffset,
      handledBefore: 0,
    };
    await this.handlers.batch.get(topic.name)!(empty, reject);
  }

  async tick(_tick: Tick): Promise<void> {}

  async close(): Promise<void> {}

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
