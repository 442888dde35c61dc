import type { Codec } from '@auditmesh/avro';
import type { Topic } from '@auditmesh/events';
import type Cluster from 'kafkajs/src/cluster/index.js';
import type { KafkaClient } from '../client/kafka-client.js';
import type { OpenTopics } from '../topics.js';
import type { TaskEvents } from './task-events.js';

/** A topic as the handlers of a group want to read it. */
export interface Input {
  topic: Topic<unknown>;
  /** Reads what the handler asks for. */
  codec: Codec<unknown>;
  /** Reads all of it. */
  wholeCodec: Codec<unknown>;
}

export interface SessionContext {
  client: KafkaClient;
  cluster: Cluster;
  topics: OpenTopics;
  /** Declared name; also that of the dead-letter queue before `.dlq`. */
  group: string;
  inputs: Input[];
  partition: number;
  deadLetterPartitions: number;
  events: TaskEvents;
}

/** The gap cannot be filled; whoever runs the mesh must know of it. */
export function tellExpired(
  { client, events, group, partition }: SessionContext,
  topic: string,
  records: number,
): void {
  client.log.error(
    { group, topic, partition, records },
    'records expired before they were read; going on with the first one kept',
  );
  events.expired(topic, partition, records);
}
