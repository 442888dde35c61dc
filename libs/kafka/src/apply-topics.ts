import { deadLetters, topics, type Topic } from '@auditmesh/events';
import kafkajs, { type Admin } from 'kafkajs';
import type { KafkaClient } from './client/kafka-client.js';
import { KafkaError } from './errors.js';

export interface TopicSettings {
  name: string;
  partitions: number;
  config: Readonly<Record<string, string>>;
}

export type TopicResult = { topic: string; action: 'created' | 'configured' | 'unchanged' };

/** Every topic of the mesh with its dead-letter queues, by declared name. */
export function declaredTopics(): TopicSettings[] {
  const queues = deadLetters.groups.map((group) => ({ name: `${group}.dlq`, ...deadLetters }));
  return [...Object.values(topics as Record<string, Topic<unknown>>), ...queues].map(
    ({ name, partitions, config }) => ({
      name,
      partitions,
      config,
    }),
  );
}

/**
 * Creates the topics that are missing and sets the declared configuration on those that differ. Repeating it changes
 * nothing. Never changes a number of partitions, since records of a key would part from their state.
 *
 * @param replication replicas of a topic that is created
 * @throws KafkaError TOPIC_MISMATCH if a topic has another number of partitions, before anything is changed
 */
export async function applyTopics(
  client: KafkaClient,
  declared: TopicSettings[],
  replication: number,
): Promise<TopicResult[]> {
  const admin = client.admin();
  await admin.connect();
  try {
    const wanted = declared.map((topic) => ({ ...topic, name: client.name(topic.name) }));
    const existing = await partitionCounts(admin, wanted);
    for (const { name, partitions } of wanted) {
      const there = existing.get(name);
      if (there === undefined || there === partitions) continue;
      throw new KafkaError(
        'TOPIC_MISMATCH',
        `${name} has ${there} partitions, ${partitions} are declared; that number cannot change in place.`,
      );
    }
    const missing = wanted.filter(({ name }) => !existing.has(name));
    if (missing.length) {
      await admin.createTopics({
        waitForLeaders: true,
        topics: missing.map(({ name, partitions, config }) => ({
          topic: name,
          numPartitions: partitions,
          replicationFactor: replication,
          configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
        })),
      });
    }
    const configured = await configure(
      admin,
      wanted.filter(({ name }) => existing.has(name)),
    );
    return wanted.map(({ name }) => {
      const action = !existing.has(name) ? 'created' : configured.has(name) ? 'configured' : 'unchanged';
      return { topic: name, action };
    });
  } finally {
    await admin.disconnect();
  }
}

async function partitionCounts(admin: Admin, wanted: TopicSettings[]): Promise<Map<string, number>> {
  const names = new Set(await admin.listTopics());
  const present = wanted.map(({ name }) => name).filter((name) => names.has(name));
  if (!present.length) return new Map();
  const { topics: metadata } = await admin.fetchTopicMetadata({ topics: present });
  return new Map(metadata.map(({ name, partitions }) => [name, partitions.length]));
}

/** kafkajs only replaces the whole configuration of a topic, so what is set there and not declared is set again. */
async function configure(admin: Admin, topics: TopicSettings[]): Promise<Set<string>> {
  const changed = new Set<string>();
  for (const { name, config } of topics) {
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    const { resources } = await admin.describeConfigs({
      resources: [{ type, name }],
      includeSynonyms: false,
    });
    const entries = resources[0]!.configEntries;
    const own = entries.filter(
      (e) => e.isDefault === false || (e as { configSource?: number }).configSource === 1,
    );
    const now = new Map(entries.map((e) => [e.configName, e.configValue]));
    if (Object.entries(config).every(([key, value]) => now.get(key) === value)) continue;
    const merged = { ...Object.fromEntries(own.map((e) => [e.configName, e.configValue])), ...config };
    const configEntries = Object.entries(merged).map(([key, value]) => ({ name: key, value }));
    await admin.alterConfigs({ validateOnly: false, resources: [{ type, name, configEntries }] });
    changed.add(name);
  }
  return changed;
}
