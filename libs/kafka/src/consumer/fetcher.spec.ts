import { describe, expect, it } from '@jest/globals';
import type Cluster from 'kafkajs/src/cluster/index.js';
import { Signal } from '../client/signal.js';
import type { Chunk, ChunkSink } from './chunk.js';
import { Fetcher } from './fetcher.js';

const quietLog = { debug() {}, info() {}, warn() {}, error() {} };

/** One broker that leads every partition and has nothing in them; it can be away, and a refresh takes as long as told. */
class OneBroker {
  away = false;
  refreshes = 0;
  readonly refreshing = new Signal();
  private release: (() => void) | undefined;

  /** Lets the refresh that waits go on. */
  finishRefresh(): void {
    this.release?.();
  }

  findTopicPartitionMetadata = () => [0, 1].map((partitionId) => ({ partitionId, leader: 1 }));
  addMultipleTargetTopics = async () => undefined;
  refreshMetadata = async () => {
    this.refreshes++;
    this.refreshing.raise();
    await new Promise<void>((resolve) => (this.release = resolve));
  };
  findBroker = async () => ({
    connectionPool: {
      send: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        if (this.away) throw new Error('connection lost');
        const empty = { errorCode: 0, highWatermark: 0, lastStableOffset: 0, logStartOffset: 0, aborted: [] };
        const partitions = [0, 1].map((partition) => ({
          ...empty,
          topic: 't',
          partition,
          records: Buffer.alloc(0),
        }));
        return { errorCode: 0, partitions };
      },
    },
  });
}

class Counting implements ChunkSink {
  readonly arrived = new Signal();
  hasRoom = () => true;
  accept(_chunk: Chunk): void {
    this.arrived.raise();
  }
  fail(error: Error): void {
    throw error;
  }
}

describe('a fetcher', () => {
  it('reads on after an outage, also when a partition was added while it looked for the leaders', async () => {
    const broker = new OneBroker();
    const fetcher = new Fetcher(broker as unknown as Cluster, quietLog);
    const [first, second] = [new Counting(), new Counting()];
    fetcher.add('t', 0, 0, first);
    await first.arrived.after(0);

    broker.away = true;
    await broker.refreshing.after(0);
    fetcher.add('t', 1, 0, second);
    await new Promise((resolve) => setImmediate(resolve)); // its leader is known by now
    broker.away = false;
    const before = first.arrived.count;
    broker.finishRefresh();

    await first.arrived.after(before);
    await second.arrived.after(0);
    await fetcher.close();
    expect(broker.refreshes).toBe(1);
  });
});
