import { randomBytes } from 'node:crypto';
import { SchemaRegistry } from '@auditmesh/avro';
import type { Topic } from '@auditmesh/events';
import { applyTopics, KafkaClient, OpenTopics, readPartition, type ConsumedRecord } from '@auditmesh/kafka';
import { required } from './required.js';

/** A corner of the real cluster and registry for one test: everything in it has a prefix of its own. */
export class TestKafka {
  readonly prefix = `t${randomBytes(6).toString('hex')}.`;
  readonly brokers = required('KAFKA_BROKERS').split(',');
  readonly registry = new SchemaRegistry(required('SCHEMA_REGISTRY_URL'));
  readonly client = this.newClient();

  /** What a service needs to work in this corner. */
  get environment(): Record<string, string> {
    return {
      KAFKA_BROKERS: required('KAFKA_BROKERS'),
      SCHEMA_REGISTRY_URL: required('SCHEMA_REGISTRY_URL'),
      TOPIC_PREFIX: this.prefix,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    };
  }

  /** A client as a process of its own would have it. */
  newClient(): KafkaClient {
    return new KafkaClient({ brokers: this.brokers, clientId: 'test', prefix: this.prefix });
  }

  /** Creates the topics, the dead-letter queues of the groups, and registers the schemas. */
  async create(topics: Topic<unknown>[], groups: string[] = []): Promise<OpenTopics> {
    const queues = groups.map((group) => ({ name: `${group}.dlq`, partitions: 1, config: {} }));
    await applyTopics(this.client, [...topics, ...queues], 1);
    for (const topic of topics)
      await this.registry.register(`${this.client.topicName(topic)}-value`, topic.schema);
    return this.open(topics);
  }

  open(topics: Topic<unknown>[]): Promise<OpenTopics> {
    return OpenTopics.open(this.client, this.registry, topics);
  }

  /** Committed records of all partitions but tombstones, decoded, partition after partition. */
  async readAll<T>(topics: OpenTopics, topic: Topic<T>): Promise<ConsumedRecord<T>[]> {
    const { name, partitions, codec } = topics.get(topic);
    const all: ConsumedRecord<T>[] = [];
    for (let p = 0; p < partitions; p++) {
      for await (const records of readPartition(this.client, name, p)) {
        await codec.prepare(records.map((r) => r.valueBytes));
        for (const record of records as ConsumedRecord<T>[]) {
          if (!record.valueBytes) continue;
          record.value = codec.decode(record.valueBytes);
          all.push(record);
        }
      }
    }
    return all;
  }

  /** The newest value of each key; one with a tombstone is left out. */
  async readLatest<T>(topics: OpenTopics, topic: Topic<T>): Promise<Map<string, T>> {
    const { name, partitions, codec } = topics.get(topic);
    const latest = new Map<string, T>();
    for (let p = 0; p < partitions; p++) {
      for await (const records of readPartition(this.client, name, p)) {
        await codec.prepare(records.map((r) => r.valueBytes));
        for (const { key, valueBytes } of records) {
          if (valueBytes) latest.set(key, codec.decode(valueBytes));
          else latest.delete(key);
        }
      }
    }
    return latest;
  }

  /** What the dead-letter queue of the group holds. */
  deadLetters(group: string): Promise<ConsumedRecord[]> {
    return this.readRaw(this.client.name(`${group}.dlq`));
  }

  /** Committed records of partition 0, as bytes. @param topic name on the cluster */
  async readRaw(topic: string): Promise<ConsumedRecord[]> {
    const all: ConsumedRecord[] = [];
    for await (const records of readPartition(this.client, topic, 0)) all.push(...records);
    return all;
  }
}
