import type { SchemaRegistry } from '@auditmesh/avro';
import { topics, type SecretAccessed } from '@auditmesh/events';
import { OpenTopics, RecordProducer, type KafkaClient } from '@auditmesh/kafka/producing';

const topic = topics.secretAccesses;

/** How the mesh is reached. */
export interface Mesh {
  client: KafkaClient;
  registry: SchemaRegistry;
}

export interface MeshConnection {
  producer: RecordProducer;
  /** Name of the topic on the cluster. */
  topicName: string;
  encode: (record: SecretAccessed) => Buffer;
}

/** Finds the topic on the cluster and in the registry, and connects. @throws that one of them does not answer */
export async function connectToMesh({ client, registry }: Mesh): Promise<MeshConnection> {
  const open = await OpenTopics.open(client, registry, [topic]);
  const { name, partitions, codec } = open.get(topic);
  if (partitions !== topic.partitions)
    throw new Error(`${name} has ${partitions} partitions, ${topic.partitions} are declared.`);
  const producer = new RecordProducer(client, open);
  await producer.connect();
  return { producer, topicName: name, encode: (record) => codec.encode(record) };
}
