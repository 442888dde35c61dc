import { SchemaRegistry } from '@auditmesh/avro';
import { topics } from '@auditmesh/events';
import { NAME } from '../auditor-options.js';
import { tableName } from './outbox-table.js';

export interface OutboxOptions {
  /** Of the application, as it shall be known in the trail; the same for all of its replicas, another for each database. */
  name: string;
  schemaRegistryUrl: string;
  /** Before the topic's name, for clusters shared with others. */
  topicPrefix?: string;
  /** `audit_outbox` if left out, which may name its schema. */
  table?: string;
  /** µs since the epoch. */
  now?: () => number;
}

export interface OutboxSettings {
  /** `ce_source` of the records. */
  producerId: string;
  registry: SchemaRegistry;
  topicName: string;
  table: string;
  now: () => number;
}

/** @throws RangeError */
export function outboxSettings(options: OutboxOptions): OutboxSettings {
  const { name, topicPrefix = '', table, now } = options;
  if (!NAME.test(name))
    throw new RangeError(`name is ${JSON.stringify(name)}; give 1 to 100 letters, digits, ".", "_" or "-".`);
  return {
    producerId: `${name}/outbox`,
    registry: new SchemaRegistry(options.schemaRegistryUrl),
    topicName: topicPrefix + topics.secretAccesses.name,
    table: tableName(table),
    now: now ?? (() => Date.now() * 1_000),
  };
}
