import type { Producer, RecordMetadata } from 'kafkajs';
import type { Topic } from '@auditmesh/events';
import type { KafkaClient } from '../client/kafka-client.js';
import type { OpenTopics } from '../topics.js';
import { encodeRecord, REQUEST_BYTES, type EncodedRecord, type OutgoingRecord } from './outgoing-record.js';

/** Where a record was written. */
export interface Written {
  /** Name on the cluster. */
  topic: string;
  partition: number;
  offset: number;
}

/**
 * Writes records outside a transaction: acknowledged by all replicas, without duplicates by repetition within a call.
 * Calls are served one after the other.
 */
export class RecordProducer {
  private producer: Producer;
  private isConnected = false;
  private hasEnded = false;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: KafkaClient,
    private readonly topics: OpenTopics,
  ) {
    this.producer = this.create();
  }

  /** Resolves when it can write; at a start it waits for Kafka. @throws kafkajs errors */
  async connect(): Promise<void> {
    await this.client.atStart(() => this.connectOnce());
  }

  /** Waits for the request that is under way, not for those behind it, which fail. Nothing can be sent any more. */
  async disconnect(): Promise<void> {
    this.hasEnded = true;
    await this.producer.disconnect();
  }

  /**
   * Resolves when all records are written.
   *
   * @returns one place per record, in their order
   * @throws kafkajs errors; then an unknown part of the records is written
   */
  send<T>(topic: Topic<T>, records: OutgoingRecord<T>[]): Promise<Written[]> {
    const open = this.topics.get(topic);
    const encoded = records.map((record) => encodeRecord(open, record));
    return this.sendEncoded(open.name, encoded);
  }

  /** As `send`, for records that are bytes already. @param topic name on the cluster */
  sendEncoded(topic: string, records: EncodedRecord[]): Promise<Written[]> {
    const sending = this.last.then(async () => {
      const written: Written[] = [];
      for (const part of requests(records)) written.push(...(await this.sendRequest(topic, part)));
      return written;
    });
    this.last = sending.catch(() => undefined);
    return sending;
  }

  private async sendRequest(topic: string, records: EncodedRecord[]): Promise<Written[]> {
    if (this.hasEnded) throw new Error(`Nothing can be written to ${topic}: the producer was disconnected.`);
    if (!this.isConnected) await this.connectOnce();
    try {
      return placesOf(topic, records, await this.producer.send({ topic, acks: -1, messages: records }));
    } catch (error) {
      this.renew();
      throw error;
    }
  }

  private async connectOnce(): Promise<void> {
    try {
      await this.producer.connect();
      this.isConnected = true;
    } catch (error) {
      this.renew();
      throw error;
    }
  }

  /**
   * After a failure nobody knows whether the broker has the records, hence which sequence number comes next; with the
   * wrong one it takes the next records for a repetition, and acknowledges what it does not write.
   */
  private renew(): void {
    if (this.hasEnded) return;
    const old = this.producer;
    this.producer = this.create();
    this.isConnected = false;
    void old.disconnect().catch(() => undefined);
  }

  private create(): Producer {
    return this.client.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      retry: { retries: 8, initialRetryTime: 50, maxRetryTime: 2_000 },
    });
  }
}

/** Where the records of one request were written, from the answer to it. */
export function placesOf(topic: string, records: EncodedRecord[], answers: RecordMetadata[]): Written[] {
  const next = new Map(answers.map((a) => [a.partition, Number(a.baseOffset)]));
  return records.map(({ partition }) => {
    const offset = next.get(partition)!;
    next.set(partition, offset + 1);
    return { topic, partition, offset };
  });
}

/** Cuts the records into requests that a broker takes. */
export function* requests<R extends { size: number }>(records: R[]): Generator<R[]> {
  let part: R[] = [];
  let bytes = 0;
  for (const record of records) {
    if (part.length && bytes + record.size > REQUEST_BYTES) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(record);
    bytes += record.size;
  }
  if (part.length) yield part;
}
