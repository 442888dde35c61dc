import type Cluster from 'kafkajs/src/cluster/index.js';
import type { KafkaClient } from '../client/kafka-client.js';
import { Fetcher } from '../consumer/fetcher.js';
import { GroupMembership } from '../consumer/group-membership.js';
import { partitionCount } from '../consumer/offsets.js';
import { RecordProducer } from '../producer/record-producer.js';
import type { OpenTopics } from '../topics.js';
import { ExactlyOnceSession, type ExactlyOnceHandlers } from './exactly-once.js';
import type { Input, SessionContext } from './session-context.js';
import { ExternalOffsetsSession, type ExternalHandlers } from './external-offsets.js';
import type { Session } from './session.js';
import { Task } from './task.js';
import { unobserved, type TaskEvents } from './task-events.js';

/** Exactly one of the two says where the offsets of record are: with the group, or in a store of the handlers. */
export type GroupHandlers = { exactlyOnce: ExactlyOnceHandlers<never> } | { external: ExternalHandlers };

export interface TaskGroupOptions {
  /** Declared name of the consumer group. */
  group: string;
  inputs: Input[];
  handlers: GroupHandlers;
  tickMs?: number;
  /** Bytes of one partition that a request may bring, that may wait for a task, and that may make one transaction. */
  chunkBytes?: number;
  inboxBytes?: number;
  batchBytes?: number;
  sessionTimeoutMs?: number;
  events?: TaskEvents;
}

const MIB = 1024 * 1024;
/** Offsets of record that are elsewhere are shown to tools this often, where they moved. */
const COMMIT_EVERY_MS = 1_000;

/** A consumer group's member: runs one task per partition number that the group assigns. */
export class TaskGroup {
  private readonly tasks = new Map<number, Task>();
  private readonly cluster: Cluster;
  private readonly events: TaskEvents;
  private readonly deadLetters: RecordProducer;
  private fetcher!: Fetcher;
  private membership: GroupMembership | undefined;
  private deadLetterPartitions = 1;
  private committing: NodeJS.Timeout | undefined;
  private readonly shown = new Map<string, number>();

  constructor(
    private readonly client: KafkaClient,
    private readonly topics: OpenTopics,
    private readonly options: TaskGroupOptions,
  ) {
    this.cluster = client.cluster();
    this.events = options.events ?? unobserved;
    this.deadLetters = new RecordProducer(client, topics);
  }

  /**
   * Resolves when the topics are known and the member is joining; at a start it waits for Kafka.
   *
   * @throws KafkaError UNKNOWN_TOPIC
   */
  async start(): Promise<void> {
    const { group, inputs, handlers, chunkBytes, sessionTimeoutMs = 10_000 } = this.options;
    await this.client.atStart(async () => {
      await this.cluster.connect();
      this.deadLetterPartitions = await partitionCount(this.cluster, this.client.name(`${group}.dlq`));
    });
    const counts = new Map(
      inputs.map(({ topic }) => [this.client.topicName(topic), this.topics.get(topic).partitions]),
    );
    this.fetcher = new Fetcher(
      this.cluster,
      this.client.log,
      chunkBytes === undefined ? {} : { partitionBytes: chunkBytes },
    );
    if ('external' in handlers) {
      await this.deadLetters.connect();
      this.committing = setInterval(() => void this.commitForTools(), COMMIT_EVERY_MS);
    }
    this.membership = new GroupMembership(
      this.cluster,
      { groupId: this.client.name(group), topics: counts, sessionTimeoutMs, rebalanceTimeoutMs: 60_000 },
      { suspend: () => this.suspend(), assign: (partitions) => this.assign(partitions) },
      this.client.log,
    );
    this.membership.start();
  }

  /** Finishes what is being handled, leaves the group and lets go of everything. */
  async stop(): Promise<void> {
    clearInterval(this.committing);
    await this.assign([]);
    await this.membership?.stop();
    await this.assign([]);
    await this.fetcher?.close();
    await this.deadLetters.disconnect();
    await this.cluster.disconnect();
  }

  /** Partition numbers whose tasks run here. */
  get assigned(): number[] {
    return [...this.tasks.keys()];
  }

  private async suspend(): Promise<void> {
    await Promise.all([...this.tasks.values()].map((task) => task.pause()));
  }

  private async assign(partitions: number[]): Promise<void> {
    const lost = [...this.tasks].filter(([p]) => !partitions.includes(p));
    for (const [p] of lost) this.tasks.delete(p);
    await Promise.all(lost.map(([, task]) => task.stop()));
    for (const task of this.tasks.values()) task.resume();
    for (const p of partitions) if (!this.tasks.has(p)) this.startTask(p);
    this.events.assigned(partitions);
  }

  private startTask(partition: number): void {
    const { inboxBytes = 8 * MIB, batchBytes = 4 * MIB, tickMs = 1_000 } = this.options;
    const options = { partition, inboxBytes, batchBytes, tickMs, log: this.client.log, events: this.events };
    const task = new Task(this.fetcher, (onSettled) => this.createSession(partition, onSettled), options);
    this.tasks.set(partition, task);
    task.start();
  }

  private createSession(partition: number, onSettled: () => void): Session {
    const { client, cluster, topics, events, deadLetterPartitions } = this;
    const { group, handlers } = this.options;
    const inputs = this.options.inputs.filter(({ topic }) => partition < topics.get(topic).partitions);
    const context: SessionContext = {
      client,
      cluster,
      topics,
      group,
      inputs,
      partition,
      deadLetterPartitions,
      events,
    };
    return 'external' in handlers
      ? new ExternalOffsetsSession(context, handlers.external, this.deadLetters, onSettled)
      : new ExactlyOnceSession(context, handlers.exactlyOnce);
  }

  private async commitForTools(): Promise<void> {
    const moved = [...this.tasks]
      .flatMap(([partition, task]) =>
        [...task.durable].map(([topic, offset]) => ({ topic, partition, offset })),
      )
      .filter(({ topic, partition, offset }) => this.shown.get(`${topic}/${partition}`) !== offset);
    await this.membership?.commit(moved);
    for (const { topic, partition, offset } of moved) this.shown.set(`${topic}/${partition}`, offset);
  }
}
