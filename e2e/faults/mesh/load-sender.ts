import { setTimeout as wait } from 'node:timers/promises';
import { partitionOf, RecordProducer } from '@auditmesh/kafka';
import { ID_HEADER, POISON_HEADER, type PlannedRecord } from '../plan/load-step.ts';
import { damagedBytes } from './damaged-bytes.ts';
import type { DirectKafka } from './direct-kafka.ts';

const RETRY_MS = 500;

/**
 * Writes the load past the proxies, in its order. What is not acknowledged is written again by a new producer, so a
 * record can be there twice: the topic itself says what was sent, and how often.
 */
export class LoadSender {
  /** Ids of the records that Kafka has acknowledged. */
  readonly acknowledged = new Set<string>();
  private readonly kafka: DirectKafka;
  private readonly signal: AbortSignal;
  private producer: RecordProducer | undefined;

  constructor(kafka: DirectKafka, signal: AbortSignal) {
    this.kafka = kafka;
    this.signal = signal;
  }

  /** Resolves when all are acknowledged. @param records of one topic @throws when aborted */
  async send(records: PlannedRecord[]): Promise<void> {
    const name = this.kafka.client.topicName(records[0]!.topic);
    const encoded = records.map((record) => this.encode(record));
    for (;;) {
      this.signal.throwIfAborted();
      try {
        await (await this.connected()).sendEncoded(name, encoded);
        for (const { id } of records) this.acknowledged.add(id);
        return;
      } catch {
        await this.close();
        await wait(RETRY_MS, undefined, { signal: this.signal });
      }
    }
  }

  async close(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    await producer?.disconnect().catch(() => undefined);
  }

  private async connected(): Promise<RecordProducer> {
    if (this.producer) return this.producer;
    const producer = new RecordProducer(this.kafka.client, this.kafka.topics);
    await producer.connect();
    return (this.producer = producer);
  }

  private encode({ id, topic, key, value, headers, poison, damage }: PlannedRecord) {
    const open = this.kafka.topics.get(topic);
    const whole = open.codec.encode(value);
    const bytes = damage ? damagedBytes(whole, damage) : whole;
    const own = { [ID_HEADER]: id, ...(poison && { [POISON_HEADER]: poison }) };
    return {
      key,
      value: bytes,
      headers: { ...headers, ...own },
      partition: partitionOf(key, open.partitions),
      size: whole.length + 1_000,
    };
  }
}
