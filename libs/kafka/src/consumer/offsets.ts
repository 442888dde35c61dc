import type Cluster from 'kafkajs/src/cluster/index.js';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import { KafkaError } from '../errors.js';

/** Which end of a partition. */
export type Position =
  /** The first record that is kept. */
  | 'log-start'
  /** After the last record that all replicas have, committed or not. */
  | 'high-watermark';

/** Offsets of one end of the partitions, in their order. @throws KafkaError, kafkajs errors */
export async function listOffsets(
  cluster: Cluster,
  topic: string,
  partitions: number[],
  position: Position,
): Promise<number[]> {
  const leaders = await leadersOf(cluster, topic, partitions);
  const offsets = new Map<number, number>();
  for (const [nodeId, led] of Map.groupBy(partitions, (p) => leaders.get(p)!)) {
    const broker = await cluster.findBroker({ nodeId });
    const timestamp = position === 'log-start' ? -2 : -1;
    const { responses } = await broker.listOffsets({
      isolationLevel: 0,
      topics: [{ topic, partitions: led.map((partition) => ({ partition, timestamp })) }],
    });
    for (const { partition, offset } of responses[0]!.partitions) offsets.set(partition, Number(offset));
  }
  return partitions.map((p) => offsets.get(p)!);
}

async function leadersOf(
  cluster: Cluster,
  topic: string,
  partitions: number[],
): Promise<Map<number, string>> {
  await cluster.addMultipleTargetTopics([topic]);
  const find = () => new Map(cluster.findTopicPartitionMetadata(topic).map((p) => [p.partitionId, p.leader]));
  let leaders = find();
  if (partitions.some((p) => (leaders.get(p) ?? -1) < 0)) {
    await cluster.refreshMetadata();
    leaders = find();
  }
  for (const p of partitions) {
    if (!leaders.has(p))
      throw new KafkaError(
        'UNKNOWN_TOPIC',
        `${topic} has no partition ${p}; run \`auditmesh topics apply\`.`,
      );
    if (leaders.get(p)! < 0)
      throw new KafkaError('BROKER_UNAVAILABLE', `${topic}/${p} has no leader at the moment.`);
  }
  return new Map([...leaders].map(([p, leader]) => [p, String(leader)]));
}

/**
 * Where a task that had come to `known` can read on: there, or at the first record kept if the ones between have expired.
 *
 * @param known undefined for a partition that was never read
 */
export async function readablePosition(
  cluster: Cluster,
  topic: string,
  partition: number,
  known: number | undefined,
): Promise<{ position: number; expired: number }> {
  const start = (await listOffsets(cluster, topic, [partition], 'log-start'))[0]!;
  if (known === undefined) return { position: start, expired: 0 };
  return { position: Math.max(start, known), expired: Math.max(0, start - known) };
}

/** Number of partitions of the topic. @throws KafkaError UNKNOWN_TOPIC */
export async function partitionCount(cluster: Cluster, topic: string): Promise<number> {
  try {
    await cluster.addMultipleTargetTopics([topic]);
  } catch (cause) {
    if ((cause as { type?: string }).type !== 'UNKNOWN_TOPIC_OR_PARTITION') throw cause;
    throw new KafkaError(
      'UNKNOWN_TOPIC',
      `The topic ${topic} does not exist; run \`auditmesh topics apply\`.`,
      { cause },
    );
  }
  const count = cluster.findTopicPartitionMetadata(topic).length;
  if (!count)
    throw new KafkaError(
      'UNKNOWN_TOPIC',
      `The topic ${topic} does not exist; run \`auditmesh topics apply\`.`,
    );
  return count;
}

/** What a group committed for a partition. */
export interface Committed {
  /** Where the group reads on after a restart. */
  offset: number;
  /** Where it had read to; beyond the offset when records from there on are still its state. */
  readTo: number;
}

/** The read position travels in the metadata of the committed offset, and so in the same transaction. */
export const offsetMetadata = (readTo: number): string => `read to ${readTo}`;

/**
 * What the group committed; undefined if it never did. With a pending transaction of the task this is the old state
 * (KIP-447 came after the protocol spoken here), so a task fences first and reads then.
 */
export async function committedOffset(
  cluster: Cluster,
  groupId: string,
  topic: string,
  partition: number,
): Promise<Committed | undefined> {
  const coordinator = await cluster.findGroupCoordinator({ groupId });
  const { responses } = await coordinator.offsetFetch({
    groupId,
    topics: [{ topic, partitions: [{ partition }] }],
  });
  const answer = responses[0]?.partitions[0];
  if (!answer)
    throw new KafkaError('REFUSED', `The coordinator of ${groupId} answered without ${topic}/${partition}.`);
  if (answer.errorCode) throw createErrorFromCode(answer.errorCode);
  const offset = Number(answer.offset);
  if (offset < 0) return undefined;
  const readTo = Number(/^read to (\d+)$/.exec(answer.metadata ?? '')?.[1] ?? offset);
  return { offset, readTo: Math.max(offset, readTo) };
}
