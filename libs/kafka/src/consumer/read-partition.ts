import type { KafkaClient } from '../client/kafka-client.js';
import type { ConsumedRecord } from '../record.js';
import { Fetcher } from './fetcher.js';
import { Inbox } from './inbox.js';
import { listOffsets } from './offsets.js';

const CAPACITY_BYTES = 8 * 1024 * 1024;
const PATIENCE_MS = 60_000;

/**
 * Reads one partition from its start up to `until`, or up to the high watermark at the time of the call, and gives its
 * committed records in chunks. Ends when the position is there, also if the tail is control records only.
 *
 * @param topic name on the cluster
 * @throws KafkaError, or an error when nothing came for a minute
 */
export async function* readPartition(
  client: KafkaClient,
  topic: string,
  partition: number,
  until?: number,
): AsyncGenerator<ConsumedRecord[]> {
  const cluster = await client.connectedCluster();
  const fetcher = new Fetcher(cluster, client.log, { maxWaitMs: 100, partitionBytes: 4 * 1024 * 1024 });
  const inbox = new Inbox(CAPACITY_BYTES, () => fetcher.wake());
  try {
    const [start] = await listOffsets(cluster, topic, [partition], 'log-start');
    const [watermark] = await listOffsets(cluster, topic, [partition], 'high-watermark');
    const end = until ?? watermark!;
    let position = start!;
    if (position < end) fetcher.add(topic, partition, position, inbox);
    let lastProgress = Date.now();
    while (position < end) {
      const chunk = await inbox.take(1_000, CAPACITY_BYTES);
      if (chunk && chunk.nextOffset > position) {
        lastProgress = Date.now();
        position = chunk.nextOffset;
        yield until === undefined ? chunk.records : chunk.records.filter((r) => r.offset < end);
      } else if (Date.now() - lastProgress > PATIENCE_MS) {
        throw new Error(
          `${topic}/${partition} gave nothing between ${position} and ${end} for a minute; is a transaction left open?`,
        );
      }
    }
  } finally {
    await fetcher.close();
    await cluster.disconnect();
  }
}
