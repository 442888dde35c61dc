import { SchemaRegistry } from '@auditmesh/avro';
import { topics, type Topic } from '@auditmesh/events';
import { KafkaClient, OpenTopics } from '@auditmesh/kafka';
import type { Stack } from '@auditmesh/local-stack';

/** Kafka as the suite itself sees it, past the proxies. */
export interface DirectKafka {
  client: KafkaClient;
  topics: OpenTopics;
}

/** Opens all topics of the mesh; the client tries for long, since the broker is killed now and then. */
export async function openKafka(stack: Stack): Promise<DirectKafka> {
  const client = new KafkaClient({ brokers: stack.kafkaBrokers.split(','), clientId: 'faults' });
  const registry = new SchemaRegistry(stack.schemaRegistryUrl);
  const all = Object.values(topics as Record<string, Topic<unknown>>);
  return { client, topics: await OpenTopics.open(client, registry, all) };
}
