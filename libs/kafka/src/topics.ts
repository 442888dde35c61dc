import { Codec, type SchemaRegistry } from '@auditmesh/avro';
import type { Topic } from '@auditmesh/events';
import type { KafkaClient } from './client/kafka-client.js';
import { partitionCount } from './consumer/offsets.js';

/** A topic as it is on the cluster, ready to be read and written. */
export interface OpenTopic<T> {
  /** Name on the cluster. */
  readonly name: string;
  readonly partitions: number;
  readonly codec: Codec<T>;
}

/** The topics a service works with. */
export class OpenTopics {
  private constructor(private readonly open: ReadonlyMap<string, OpenTopic<unknown>>) {}

  /**
   * Looks up each topic on the cluster and its schema in the registry; at a start it waits for both.
   *
   * @throws KafkaError UNKNOWN_TOPIC, AvroError SCHEMA_NOT_REGISTERED, or that one of the two does not answer
   */
  static open(client: KafkaClient, registry: SchemaRegistry, topics: Topic<unknown>[]): Promise<OpenTopics> {
    return client.atStart(() => OpenTopics.lookUp(client, registry, topics));
  }

  private static async lookUp(
    client: KafkaClient,
    registry: SchemaRegistry,
    topics: Topic<unknown>[],
  ): Promise<OpenTopics> {
    const cluster = await client.connectedCluster();
    try {
      const open = new Map<string, OpenTopic<unknown>>();
      for (const topic of topics) {
        const name = client.topicName(topic);
        const codec = await new Codec(topic.schema, registry).useRegistered(`${name}-value`, topic.schema);
        open.set(topic.name, { name, codec, partitions: await partitionCount(cluster, name) });
      }
      return new OpenTopics(open);
    } finally {
      await cluster.disconnect();
    }
  }

  /** @throws Error if the topic was not opened */
  get<T>(topic: Topic<T>): OpenTopic<T> {
    const open = this.open.get(topic.name);
    if (!open) throw new Error(`The topic ${topic.name} was not opened; name it where the service is wired.`);
    return open as OpenTopic<T>;
  }
}
