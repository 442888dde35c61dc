import type Cluster from 'kafkajs/src/cluster/index.js';
import type { KafkaClient } from '../client/kafka-client.js';
import { Signal } from '../client/signal.js';
import type { ConsumedRecord } from '../record.js';
import type { ChunkSink } from './chunk.js';
import { Fetcher } from './fetcher.js';
import { listOffsets } from './offsets.js';

const CAPACITY_BYTES = 4 * 1024 * 1024;

/** What a partition has from one offset up to another, which is outside; records are left out there only if they were aborted. */
export interface TopicSlice {
  partition: number;
  from: number;
  nextOffset: number;
  /** Committed records, in order of offset. */
  records: ConsumedRecord[];
  /** Bytes as fetched. */
  bytes: number;
}

/** Offsets that a partition has, from the first that is kept to the one that comes next. */
export interface OffsetBounds {
  start: number;
  end: number;
}

/**
 * Reads all partitions of a topic from given offsets on, without end and without a consumer group. Whoever takes nothing
 * is sent nothing: what waits is bounded in bytes.
 */
export class TopicReader {
  private readonly slices: TopicSlice[] = [];
  private readonly changed = new Signal();
  private bytes = 0;
  private failure: Error | undefined;

  private constructor(
    private readonly cluster: Cluster,
    private readonly fetcher: Fetcher,
    /** By partition, where to read on. */
    private readonly positions: number[],
  ) {}

  /** @param topic name on the cluster @throws KafkaError, kafkajs errors */
  static async open(client: KafkaClient, topic: string, from: readonly number[]): Promise<TopicReader> {
    const cluster = await client.connectedCluster();
    const fetcher = new Fetcher(cluster, client.log, { partitionBytes: 1024 * 1024 });
    const reader = new TopicReader(cluster, fetcher, [...from]);
    for (const [partition, offset] of from.entries())
      fetcher.add(topic, partition, offset, reader.sinkOf(partition));
    return reader;
  }

  /** By partition, which offsets there are now. @throws KafkaError, kafkajs errors */
  static async bounds(client: KafkaClient, topic: string, partitions: number): Promise<OffsetBounds[]> {
    const cluster = await client.connectedCluster();
    try {
      const all = Array.from({ length: partitions }, (_, p) => p);
      const starts = await listOffsets(cluster, topic, all, 'log-start');
      const ends = await listOffsets(cluster, topic, all, 'high-watermark');
      return all.map((p) => ({ start: starts[p]!, end: ends[p]! }));
    } finally {
      await cluster.disconnect();
    }
  }

  /**
   * The next slice, of whichever partition; undefined when nothing came in time.
   *
   * @throws KafkaError OFFSET_OUT_OF_RANGE, CORRUPT_BATCH, after the slices before it; then there is nothing more
   */
  async take(timeoutMs: number): Promise<TopicSlice | undefined> {
    if (!this.slices.length && !this.failure) await this.changed.after(this.changed.count, timeoutMs);
    const slice = this.slices.shift();
    if (!slice && this.failure) throw this.failure;
    if (!slice) return undefined;
    const hadRoom = this.hasRoom();
    this.bytes -= slice.bytes;
    if (!hadRoom && this.hasRoom()) this.fetcher.wake();
    return slice;
  }

  async close(): Promise<void> {
    this.changed.raise();
    await this.fetcher.close();
    await this.cluster.disconnect();
  }

  private hasRoom(): boolean {
    return this.bytes < CAPACITY_BYTES && !this.failure;
  }

  private sinkOf(partition: number): ChunkSink {
    return {
      hasRoom: () => this.hasRoom(),
      accept: ({ records, nextOffset, bytes }) => {
        const from = this.positions[partition]!;
        if (nextOffset <= from) return;
        this.positions[partition] = nextOffset;
        this.slices.push({ partition, from, nextOffset, records, bytes });
        this.bytes += bytes;
        this.changed.raise();
      },
      fail: (error) => {
        this.failure ??= error;
        this.changed.raise();
      },
    };
  }
}
