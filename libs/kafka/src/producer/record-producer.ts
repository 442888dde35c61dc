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
 * Writes records outside a transaction: acknowledged by all replicas, without duplicates by repetition within the life
 * of the producer. Calls are served one after the other.
 */
export class RecordProducer {
  private readonly producer: Producer;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    client: KafkaClient,
    private readonly topics: OpenTopics,
  ) {
    this.producer = client.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      retry: { retries: 8, initialRetryTime: 50, maxRetryTime: 2_000 },
    });
  }

  async connect(): Promise<void> {
    await this.producer.connect();
  }

  async disconnect(): Promise<void> {
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
    return placesOf(topic, records, await this.producer.send({ topic, acks: -1, messages: records }));
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
