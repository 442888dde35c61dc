import type Cluster from 'kafkajs/src/cluster/index.js';
import type { Broker } from 'kafkajs/src/cluster/index.js';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import type { Log } from '../client/logging.js';
import { Backoff, Signal } from '../client/signal.js';
import { KafkaError } from '../errors.js';
import { fetchRequest, fetchResponse, type FetchedPartition } from '../protocol/fetch.js';
import { decodeRecords } from '../protocol/record-batch.js';
import type { ChunkSink } from './chunk.js';

export interface FetcherOptions {
  /** How long the broker may hold a request that it has nothing for. */
  maxWaitMs?: number;
  /** Bytes a response may bring of one partition; a single larger batch is still brought. */
  partitionBytes?: number;
}

interface Reading {
  topic: string;
  partition: number;
  offset: number;
  sink: ChunkSink;
  leader: string | undefined;
}

const RESPONSE_BYTES = 32 * 1024 * 1024;
/** While a partition is left out for want of room, the others may not hold it up for long. */
const SHORT_WAIT_MS = 10;
const OFFSET_OUT_OF_RANGE = 1;

/**
 * Reads partitions at given offsets, each at its own pace: one loop and one request at a time per broker, for all
 * partitions that the broker leads and whose sink has room. Survives restarts of brokers and changes of leaders.
 */
export class Fetcher {
  private readonly readings = new Map<string, Reading>();
  private readonly loops = new Map<string, Promise<void>>();
  private readonly roomMade = new Signal();
  private readonly leadersWanted = new Signal();
  private readonly stopping = new AbortController();
  private readonly resolving: Promise<void>;
  private readonly backoff = new Backoff();
  private failing = false;
  private readonly maxWaitMs: number;
  private readonly partitionBytes: number;

  constructor(
    private readonly cluster: Cluster,
    private readonly log: Log,
    options: FetcherOptions = {},
  ) {
    this.maxWaitMs = options.maxWaitMs ?? 500;
    this.partitionBytes = options.partitionBytes ?? 4 * 1024 * 1024;
    this.resolving = this.resolveLeaders();
  }

  /** Starts to read the partition at `offset`, anew if it is being read. */
  add(topic: string, partition: number, offset: number, sink: ChunkSink): void {
    this.readings.set(`${topic}/${partition}`, { topic, partition, offset, sink, leader: undefined });
    this.leadersWanted.raise();
  }

  /** After this its sink gets nothing more. */
  remove(topic: string, partition: number): void {
    this.readings.delete(`${topic}/${partition}`);
  }

  /** A sink has room again. */
  wake(): void {
    this.roomMade.raise();
  }

  async close(): Promise<void> {
    this.readings.clear();
    this.stopping.abort();
    this.roomMade.raise();
    this.leadersWanted.raise();
    await Promise.all([this.resolving, ...this.loops.values()]);
  }

  private async resolveLeaders(): Promise<void> {
    const backoff = new Backoff();
    for (let seen = 0; !this.stopping.signal.aborted;) {
      await this.leadersWanted.after(seen);
      seen = this.leadersWanted.count;
      const homeless = [...this.readings.values()].filter((r) => r.leader === undefined);
      if (!homeless.length) continue;
      try {
        await this.cluster.addMultipleTargetTopics(homeless.map((r) => r.topic));
        if (!this.giveLeaders(homeless)) await this.cluster.refreshMetadata();
        if (!this.giveLeaders(homeless))
          throw new KafkaError('BROKER_UNAVAILABLE', 'A partition has no leader.');
        backoff.reset();
      } catch (error) {
        this.log.debug({ err: error }, 'cannot find the leaders of all partitions, trying again');
        await backoff.wait(this.stopping.signal);
        await this.refreshQuietly();
        this.leadersWanted.raise();
      }
    }
  }

  private giveLeaders(readings: Reading[]): boolean {
    for (const reading of readings) {
      const metadata = this.cluster
        .findTopicPartitionMetadata(reading.topic)
        .find((p) => p.partitionId === reading.partition);
      if (!metadata || metadata.leader < 0) continue;
      reading.leader = String(metadata.leader);
      this.startLoop(reading.leader);
    }
    this.roomMade.raise();
    return readings.every((r) => r.leader !== undefined);
  }

  private startLoop(nodeId: string): void {
    if (this.loops.has(nodeId)) return;
    const loop = this.readFrom(nodeId).finally(() => {
      this.loops.delete(nodeId);
      // Partitions may have been given to the broker while its loop was about to end.
      if (this.ledBy(nodeId).length) this.startLoop(nodeId);
    });
    this.loops.set(nodeId, loop);
  }

  private ledBy(nodeId: string): Reading[] {
    return [...this.readings.values()].filter((r) => r.leader === nodeId);
  }

  private async readFrom(nodeId: string): Promise<void> {
    for (;;) {
      const seen = this.roomMade.count;
      const led = this.ledBy(nodeId);
      if (!led.length || this.stopping.signal.aborted) return;
      const wanted = led.filter((r) => r.sink.hasRoom());
      if (!wanted.length) {
        await this.roomMade.after(seen, this.maxWaitMs);
        continue;
      }
      try {
        const broker = await this.cluster.findBroker({ nodeId });
        await this.fetch(broker, wanted, wanted.length < led.length ? SHORT_WAIT_MS : this.maxWaitMs);
        this.failing = false;
        this.backoff.reset();
      } catch (error) {
        if (!this.failing)
          this.log.warn({ err: error, nodeId }, 'cannot fetch, looking for the leaders again');
        this.failing = true;
        for (const reading of led) reading.leader = undefined;
        await this.backoff.wait(this.stopping.signal);
        await this.refreshQuietly();
        this.leadersWanted.raise();
        return;
      }
    }
  }

  private async fetch(broker: Broker, wanted: Reading[], maxWaitMs: number): Promise<void> {
    // Starts with another partition each time, so that one with much data does not starve the rest (KIP-74).
    const first = Math.floor(Math.random() * wanted.length);
    const ordered = [...wanted.slice(first), ...wanted.slice(0, first)];
    const partitions = ordered.map((r) => ({
      topic: r.topic,
      partition: r.partition,
      fetchOffset: r.offset,
      maxBytes: this.partitionBytes,
    }));
    const request = fetchRequest(partitions, maxWaitMs, 1, RESPONSE_BYTES);
    const answer = await broker.connectionPool.send({ request, response: fetchResponse });
    const { errorCode, partitions: fetched } = answer as {
      errorCode: number;
      partitions: FetchedPartition[];
    };
    if (errorCode) throw createErrorFromCode(errorCode);
    for (const part of fetched) {
      const reading = wanted.find((r) => r.topic === part.topic && r.partition === part.partition);
      // Skips what was removed or added anew while the request was under way.
      if (reading && this.isCurrent(reading)) this.deliver(reading, part);
    }
  }

  private isCurrent(reading: Reading): boolean {
    return this.readings.get(`${reading.topic}/${reading.partition}`) === reading;
  }

  private deliver(reading: Reading, part: FetchedPartition): void {
    if (part.errorCode === OFFSET_OUT_OF_RANGE) return this.fail(reading, outOfRange(reading, part));
    if (part.errorCode) throw createErrorFromCode(part.errorCode);
    try {
      const { records, nextOffset } = decodeRecords(part.records, reading.offset, part.aborted);
      reading.offset = nextOffset;
      const { topic, partition, highWatermark } = part;
      const bytes = part.records.length;
      const chunk = { topic, partition, records, nextOffset, highWatermark, bytes };
      if (!bytes) return reading.sink.accept(chunk);
      // The next request is under way before anybody spends time on these records.
      setImmediate(() => {
        if (this.isCurrent(reading)) reading.sink.accept(chunk);
      });
    } catch (error) {
      this.fail(reading, error as Error);
    }
  }

  private fail(reading: Reading, error: Error): void {
    this.remove(reading.topic, reading.partition);
    reading.sink.fail(error);
  }

  private async refreshQuietly(): Promise<void> {
    await this.cluster.refreshMetadata().catch((error: unknown) => {
      this.log.debug({ err: error }, 'cannot refresh the metadata of the cluster');
    });
  }
}

function outOfRange(reading: Reading, part: FetchedPartition): KafkaError {
  const range = part.logStartOffset >= 0 ? `; it holds ${part.logStartOffset} to ${part.highWatermark}` : '';
  return new KafkaError(
    'OFFSET_OUT_OF_RANGE',
    `${reading.topic}/${reading.partition} has no offset ${reading.offset}${range}.`,
  );
}
