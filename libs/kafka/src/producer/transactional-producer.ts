import type { Producer, Transaction } from 'kafkajs';
import type { KafkaClient } from '../client/kafka-client.js';
import type { EncodedRecord } from './outgoing-record.js';
import { placesOf, requests, type Written } from './record-producer.js';

/** Where a group will read on. */
export interface Offset {
  /** Name on the cluster. */
  topic: string;
  partition: number;
  offset: number;
  metadata: string;
}

const TRANSACTION_TIMEOUT_MS = 30_000;
/** Waits between attempts also between transactions, while the coordinator completes the one before. */
const RETRY = { initialRetryTime: 5, maxRetryTime: 1_000, retries: 30 };

/**
 * Writes records and offsets of one task in transactions, one at a time. After any error the outcome of what was in
 * flight is unknown: the caller MUST discard the producer and begin again with the fencing of a new one, and MUST NOT
 * abort, since a late request of the broken transaction could hit the next one.
 */
export class TransactionalProducer {
  private readonly producer: Producer;
  private transaction: Transaction | undefined;

  constructor(
    client: KafkaClient,
    private readonly transactionalId: string,
  ) {
    this.producer = client.producer({
      transactionalId,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      retry: RETRY,
    });
  }

  /**
   * Takes the transactional id over: every other producer with it fails from now on, and its open transaction is
   * aborted. Offsets read after this are those of record.
   */
  async fence(): Promise<void> {
    await this.producer.connect();
    this.transaction = await this.producer.transaction();
  }

  /**
   * Adds records to the open transaction, or opens one.
   *
   * @param topic name on the cluster
   * @returns one place per record, in their order; nobody sees them before the commit
   */
  async send(topic: string, records: EncodedRecord[]): Promise<Written[]> {
    const written: Written[] = [];
    for (const messages of requests(records)) {
      this.transaction ??= await this.producer.transaction();
      written.push(...placesOf(topic, messages, await this.transaction.send({ topic, acks: -1, messages })));
    }
    return written;
  }

  /** Commits what was sent, and the offsets of the group with it. */
  async commit(group: string, offsets: Offset[]): Promise<void> {
    this.transaction ??= await this.producer.transaction();
    if (offsets.length)
      await this.transaction.sendOffsets({ consumerGroupId: group, topics: byTopic(offsets) });
    await this.transaction.commit();
    this.transaction = undefined;
  }

  /** Ends the connection; what is in flight is left to the fencing of the next producer. Never throws. */
  async discard(): Promise<void> {
    await this.producer.disconnect().catch(() => undefined);
  }

  toString(): string {
    return this.transactionalId;
  }
}

const byTopic = (offsets: Offset[]) =>
  [...Map.groupBy(offsets, (o) => o.topic)].map(([topic, list]) => ({
    topic,
    partitions: list.map(({ partition, offset, metadata }) => ({
      partition,
      offset: String(offset),
      metadata,
    })),
  }));
