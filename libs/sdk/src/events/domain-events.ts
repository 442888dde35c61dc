import { SchemaRegistry } from '@auditmesh/avro';
import { topics, type PolicyEnforcementReported, type PolicyFilePushed, type Topic } from '@auditmesh/events';
import {
  cloudEventHeaders,
  KafkaClient,
  OpenTopics,
  RecordProducer,
  type KafkaOptions,
  type Log,
} from '@auditmesh/kafka/producing';
import { silent } from '../auditor-options.js';
import type { GivenBut } from './given.js';

/** What an event is known by: the same cause gives the same audit events, however often it is emitted. */
export interface Cause {
  /** Who tells it, such as `gitlab.example.com`; `ce_source` of the record. */
  source: string;
  /** Unique among all of its source; `ce_id` of the record. */
  id: string;
  /** W3C trace context. */
  traceparent?: string | undefined;
}

export type PolicyPush = GivenBut<PolicyFilePushed, 'file_path' | 'imported' | 'commits'>;
export type PolicyEnforcement = GivenBut<PolicyEnforcementReported, 'exemption'>;

export interface DomainEventsOptions {
  /** Of the application, for the brokers' logs. */
  name: string;
  kafka: Omit<KafkaOptions, 'clientId' | 'log'>;
  schemaRegistryUrl: string;
  /** Silent if left out; pino fits. */
  log?: Log;
}

const emitted = [topics.policyPushes, topics.policyEnforcements];

/**
 * Emits what happened on a platform. A call resolves when all replicas have the record; when it throws, nobody knows whether
 * they do, so emit it again with the same cause. Nothing is kept here.
 */
export class DomainEvents {
  private constructor(private readonly producer: RecordProducer) {}

  /** @throws that Kafka or the registry does not answer, or does not know a topic or a schema */
  static async open({
    name,
    kafka,
    schemaRegistryUrl,
    log = silent,
  }: DomainEventsOptions): Promise<DomainEvents> {
    const client = new KafkaClient({ clientId: name, log, ...kafka });
    const open = await OpenTopics.open(client, new SchemaRegistry(schemaRegistryUrl), emitted);
    const producer = new RecordProducer(client, open);
    await producer.connect();
    return new DomainEvents(producer);
  }

  /** A push put a new version of a policy file on the default branch. */
  policyPush(cause: Cause, push: PolicyPush): Promise<void> {
    return this.emit(topics.policyPushes, cause, push);
  }

  /** A policy was not enforced, or somebody got around it. */
  policyEnforcement(cause: Cause, report: PolicyEnforcement): Promise<void> {
    return this.emit(topics.policyEnforcements, cause, report);
  }

  /** Await what was emitted before: an event that still waits for its turn fails, and its promise says so. */
  async close(): Promise<void> {
    await this.producer.disconnect();
  }

  private async emit<T>(
    topic: Topic<T>,
    { source, id, traceparent }: Cause,
    event: { policy_project_id: number; occurred_at: number },
  ): Promise<void> {
    if (!source || !id) throw new RangeError('The cause of an event is its source and its id; give both.');
    const key = String(event.policy_project_id);
    const { namespace, name } = topic.schema as { namespace: string; name: string };
    const type = `${namespace}.${name}`;
    const headers = cloudEventHeaders({
      id,
      source,
      type,
      time: event.occurred_at,
      subject: key,
      traceparent,
    });
    // What was left out is written as the schema has it.
    await this.producer.send(topic, [{ key, value: event as T, headers }]);
  }
}
