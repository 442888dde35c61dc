import type { Topic } from '@auditmesh/events';
import { readPartition, type Headers } from '@auditmesh/kafka';
import type { DirectKafka } from '../mesh/direct-kafka.ts';
import { ID_HEADER, POISON_HEADER, type Poison } from '../plan/load-step.ts';

/** A committed record as it stands in a topic. */
export interface TopicRecord<T> {
  partition: number;
  offset: number;
  /** Append time, ms. */
  timestamp: number;
  key: string;
  headers: Headers;
  bytes: Buffer | null;
  /** undefined where it does not decode. */
  value: T | undefined;
  /** The suite's id for it; undefined for what the mesh wrote. */
  sentAs: string | undefined;
  poison: Poison | undefined;
}

/** All committed records of a topic, partition after partition, in order of offset. */
export async function readTopic<T>(
  { client, topics }: DirectKafka,
  topic: Topic<T>,
): Promise<TopicRecord<T>[]> {
  const { name, partitions, codec } = topics.get(topic);
  const all: TopicRecord<T>[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    for await (const records of readPartition(client, name, partition)) {
      await codec.prepare(records.map(({ valueBytes }) => valueBytes));
      for (const record of records) all.push(topicRecord(record, partition, (bytes) => codec.decode(bytes)));
    }
  }
  return all;
}

/** The same of a dead-letter queue, whose records are as they came. */
export async function readDeadLetters({ client }: DirectKafka, group: string): Promise<TopicRecord<never>[]> {
  const all: TopicRecord<never>[] = [];
  for await (const records of readPartition(client, client.name(`${group}.dlq`), 0))
    for (const record of records) all.push(topicRecord(record, 0, () => undefined as never));
  return all;
}

type Read = Awaited<ReturnType<ReturnType<typeof readPartition>['next']>>['value'][number];

function topicRecord<T>(
  record: Read,
  partition: number,
  decode: (bytes: Buffer | null) => T,
): TopicRecord<T> {
  const { offset, timestamp, key, headers, valueBytes } = record;
  const [sentAs, poison] = [headers[ID_HEADER], headers[POISON_HEADER] as Poison | undefined];
  let value: T | undefined;
  try {
    value = decode(valueBytes);
  } catch {
    value = undefined;
  }
  return { partition, offset, timestamp, key, headers, bytes: valueBytes, value, sentAs, poison };
}
