import type { Codec } from '@auditmesh/avro';
import type { Topic } from '@auditmesh/events';
import type Cluster from 'kafkajs/src/cluster/index.js';
import type { KafkaClient } from '../client/kafka-client.js';
import { Backoff, Signal } from '../client/signal.js';
import { KafkaError } from '../errors.js';
import type { Chunk, ChunkSink } from './chunk.js';
import { Fetcher } from './fetcher.js';
import { listOffsets, partitionCount } from './offsets.js';

/** Where a record lies and since when. */
export interface RecordPlace {
  readonly partition: number;
  readonly offset: number;
  /** ms since the epoch; append time where the topic says so. */
  readonly timestamp: number;
}

/** Takes the newest value per key; null deletes. Called in order of offset within a partition. */
export type Apply<T> = (key: string, value: T | null, place: RecordPlace) => void;

/**
 * A topic read whole by every instance and kept up to date, for look-ups by the processor of another topic (the global
 * table of Kafka Streams): a compacted one, or one that is kept for ever, for a table of what was. A record that does not
 * decode is left out, with a warning.
 */
export class GlobalTable<T> {
  private cluster: Cluster | undefined;
  private fetcher: Fetcher | undefined;
  private positionsNow: number[] = [];
  private readonly moved = new Signal();
  private readonly name: string;
  private applying: Promise<void> = Promise.resolve();

  constructor(
    private readonly client: KafkaClient,
    topic: Topic<T>,
    private readonly codec: Codec<T>,
    private readonly apply: Apply<T>,
  ) {
    this.name = client.topicName(topic);
  }

  /** Starts to read; resolves when everything that was there is applied. At a start it waits for Kafka. */
  async start(): Promise<void> {
    const cluster = (this.cluster = this.client.cluster());
    this.positionsNow = await this.client.atStart(() => this.firstOffsets(cluster));
    this.fetcher = new Fetcher(cluster, this.client.log, { maxWaitMs: 250 });
    for (const [p, offset] of this.positionsNow.entries())
      this.fetcher.add(this.name, p, offset, this.sinkOf(p));
    await this.client.atStart(() => this.catchUp());
  }

  /**
   * Resolves when everything is applied that was in the topic when this was called.
   *
   * @throws KafkaError BROKER_UNAVAILABLE when that takes longer than `timeoutMs`: whoever handles a record tries again
   */
  async catchUp(timeoutMs = 60_000): Promise<void> {
    const partitions = this.positionsNow.map((_, p) => p);
    const ends = await listOffsets(this.cluster!, this.name, partitions, 'high-watermark');
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const seen = this.moved.count;
      if (ends.every((end, p) => this.positionsNow[p]! >= end)) return;
      const left = deadline - Date.now();
      if (left <= 0)
        throw new KafkaError(
          'BROKER_UNAVAILABLE',
          `${this.name} could not be read to its end within ${timeoutMs} ms.`,
        );
      await this.moved.after(seen, left);
    }
  }

  /** By partition, the offset before which everything is applied: exactly what a look-up in the same turn sees. */
  get positions(): number[] {
    return [...this.positionsNow];
  }

  async stop(): Promise<void> {
    await this.fetcher?.close();
    await this.cluster?.disconnect();
  }

  private async firstOffsets(cluster: Cluster): Promise<number[]> {
    await cluster.connect();
    const partitions = Array.from({ length: await partitionCount(cluster, this.name) }, (_, p) => p);
    return listOffsets(cluster, this.name, partitions, 'log-start');
  }

  private sinkOf(partition: number): ChunkSink {
    let waiting = 0;
    return {
      hasRoom: () => waiting < 4,
      accept: (chunk) => {
        waiting++;
        this.applying = this.applying.then(async () => {
          await this.applyChunk(chunk);
          waiting--;
          this.moved.raise();
          this.fetcher?.wake();
        });
      },
      fail: (error) => {
        this.client.log.error(
          { err: error, topic: this.name, partition },
          'cannot read on; starting the partition again',
        );
        void this.restart(partition);
      },
    };
  }

  private async applyChunk(chunk: Chunk): Promise<void> {
    const backoff = new Backoff();
    for (let prepared = false; !prepared;) {
      try {
        await this.codec.prepare(chunk.records.map((r) => r.valueBytes));
        prepared = true;
      } catch (error) {
        this.client.log.warn({ err: error, topic: this.name }, 'cannot decode yet, trying again');
        await backoff.wait();
      }
    }
    for (const record of chunk.records) {
      const { topic, partition } = chunk;
      const { key, valueBytes, offset, timestamp } = record;
      try {
        this.apply(key, valueBytes && this.codec.decode(valueBytes), { partition, offset, timestamp });
      } catch (error) {
        this.client.log.warn(
          { err: error, topic, partition, offset },
          'left out a record that does not decode',
        );
      }
    }
    this.positionsNow[chunk.partition] = chunk.nextOffset;
  }

  private async restart(partition: number): Promise<void> {
    const [start] = await listOffsets(this.cluster!, this.name, [partition], 'log-start');
    this.positionsNow[partition] = start!;
    this.fetcher?.add(this.name, partition, start!, this.sinkOf(partition));
  }
}
