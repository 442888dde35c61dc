import { SchemaRegistry } from '@auditmesh/avro';
import type { Topic } from '@auditmesh/events';
import {
  applyTopics,
  isRetriable,
  KafkaClient,
  OpenTopics,
  pause,
  RecordProducer,
  type OutgoingRecord,
  type TopicSettings,
} from '@auditmesh/kafka';
import type { Stack } from '@auditmesh/local-stack';

/** Records handed over in one go: more make the client library slower, fewer the broker. */
const SLICE = 2_000;

/** A part of the cluster and the registry with a prefix of its own, in which services find their topics. */
export class Corner {
  readonly client: KafkaClient;
  readonly registry: SchemaRegistry;
  private readonly stack: Stack;
  private readonly prefix: string;

  constructor(stack: Stack, prefix: string) {
    this.stack = stack;
    this.prefix = prefix;
    this.registry = new SchemaRegistry(stack.schemaRegistryUrl);
    this.client = new KafkaClient({ brokers: stack.kafkaBrokers.split(','), clientId: 'bench', prefix });
  }

  /** What a service needs to work here. */
  env(databaseUrl?: string): Record<string, string> {
    return {
      ...this.stack.env,
      TOPIC_PREFIX: this.prefix,
      ...(databaseUrl && { DATABASE_URL: databaseUrl }),
    };
  }

  /** Creates the topics as they are declared but for their partitions, the queues of the groups, and the schemas. */
  async create(topics: Topic<unknown>[], groups: string[], partitions: number): Promise<OpenTopics> {
    const queues = groups.map((group) => ({ name: `${group}.dlq`, partitions: 1, config: {} }));
    const created = topics.map(({ name, config }) => ({ name, config, partitions }));
    await this.apply([...created, ...queues]);
    for (const topic of topics)
      await this.registry.register(`${this.client.topicName(topic)}-value`, topic.schema);
    return this.open(topics);
  }

  /** A busy broker may not know yet of a topic that it has just made; applying topics again changes nothing. */
  async apply(topics: TopicSettings[], attempts = 10): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await applyTopics(this.client, topics, 1);
        return;
      } catch (error) {
        if (attempt === attempts || !isRetriable(error)) throw error;
        await pause(attempt * 100);
      }
    }
  }

  open(topics: Topic<unknown>[]): Promise<OpenTopics> {
    return OpenTopics.open(this.client, this.registry, topics);
  }

  /** Writes the records as fast as it can. */
  async produce<T>(topic: Topic<T>, records: Iterable<OutgoingRecord<T>>): Promise<void> {
    const producer = new RecordProducer(this.client, await this.open([topic]));
    await producer.connect();
    try {
      let slice: OutgoingRecord<T>[] = [];
      let sending: Promise<unknown> = Promise.resolve();
      for (const record of records) {
        if (slice.push(record) < SLICE) continue;
        await sending;
        sending = producer.send(topic, slice);
        slice = [];
      }
      await sending;
      await producer.send(topic, slice);
    } finally {
      await producer.disconnect();
    }
  }

  /** Removes topics with their records, and the consumer groups that read them. @param groups declared names */
  async forget(topics: Topic<unknown>[], groups: string[]): Promise<void> {
    const admin = this.client.admin();
    await admin.connect();
    try {
      await admin.deleteGroups(groups.map((group) => this.client.name(group)));
      await admin.deleteTopics({ topics: topics.map((topic) => this.client.topicName(topic)) });
    } finally {
      await admin.disconnect();
    }
  }
}
