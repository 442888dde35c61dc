import type Cluster from 'kafkajs/src/cluster/index.js';
import type { KafkaClient } from '../client/kafka-client.js';
import { pause } from '../client/signal.js';
import type { Written } from '../producer/record-producer.js';
import type { OpenTopic } from '../topics.js';
import { committedOffset, listOffsets } from './offsets.js';

const POLL_MS = 25;

/** Watches how far consumer groups have come. */
export class GroupOffsets {
  private connected: Promise<Cluster> | undefined;

  constructor(private readonly client: KafkaClient) {}

  /**
   * Resolves to whether the group has handled these records; false when it has not within `timeoutMs`.
   *
   * @param group declared name
   */
  async handled(group: string, records: Written[], timeoutMs: number): Promise<boolean> {
    const cluster = await this.connect();
    const last = new Map<string, Written>();
    for (const record of records) {
      const place = `${record.topic}/${record.partition}`;
      if (record.offset >= (last.get(place)?.offset ?? 0)) last.set(place, record);
    }
    const deadline = Date.now() + timeoutMs;
    for (const { topic, partition, offset } of last.values()) {
      for (;;) {
        const committed = await committedOffset(cluster, this.client.name(group), topic, partition);
        if (committed && committed.readTo > offset) break;
        if (Date.now() > deadline) return false;
        await pause(POLL_MS);
      }
    }
    return true;
  }

  /** Resolves to whether the group has read everything that was in the topic when this was called, within `timeoutMs`. */
  async caughtUp(
    group: string,
    topic: Pick<OpenTopic<unknown>, 'name' | 'partitions'>,
    timeoutMs: number,
  ): Promise<boolean> {
    const cluster = await this.connect();
    const partitions = Array.from({ length: topic.partitions }, (_, p) => p);
    const ends = await listOffsets(cluster, topic.name, partitions, 'high-watermark');
    const starts = await listOffsets(cluster, topic.name, partitions, 'log-start');
    const last = partitions.map((partition) => ({
      topic: topic.name,
      partition,
      offset: ends[partition]! - 1,
    }));
    return this.handled(
      group,
      last.filter(({ partition, offset }) => offset >= starts[partition]!),
      timeoutMs,
    );
  }

  /** By partition, the offset that comes next as of now. */
  async ends(topic: Pick<OpenTopic<unknown>, 'name' | 'partitions'>): Promise<number[]> {
    const cluster = await this.connect();
    const partitions = Array.from({ length: topic.partitions }, (_, p) => p);
    return listOffsets(cluster, topic.name, partitions, 'high-watermark');
  }

  async disconnect(): Promise<void> {
    const cluster = await this.connected?.catch(() => undefined);
    await cluster?.disconnect();
  }

  private connect(): Promise<Cluster> {
    this.connected ??= this.open().catch((error: unknown) => {
      this.connected = undefined;
      throw error;
    });
    return this.connected;
  }

  private async open(): Promise<Cluster> {
    const cluster = this.client.cluster();
    try {
      await cluster.connect();
      await cluster.refreshMetadata();
      return cluster;
    } catch (error) {
      await cluster.disconnect();
      throw error;
    }
  }
}
