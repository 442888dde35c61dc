import { SchemaRegistry } from '@auditmesh/avro';
import type { Topic } from '@auditmesh/events';
import { KafkaClient, OpenTopics } from '@auditmesh/kafka';
import { required, type MeshAddress } from './mesh-address.js';

/** The Kafka cluster of the mesh, for a command. */
export const kafkaOf = (address: MeshAddress): KafkaClient =>
  new KafkaClient({
    clientId: 'auditmesh-cli',
    brokers: required(address, 'kafkaBrokers', 'KAFKA_BROKERS').split(','),
    prefix: address.topicPrefix,
  });

export const registryOf = (address: MeshAddress): SchemaRegistry =>
  new SchemaRegistry(required(address, 'schemaRegistryUrl', 'SCHEMA_REGISTRY_URL'));

export const openTopics = (address: MeshAddress, topics: Topic<unknown>[]): Promise<OpenTopics> =>
  OpenTopics.open(kafkaOf(address), registryOf(address), topics);
