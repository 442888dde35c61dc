import { topics, type PolicyFilePushed } from '@auditmesh/events';
import {
  asItCame,
  partitionOf,
  readPartition,
  RecordProducer,
  type ConsumedRecord,
  type KafkaClient,
  type OpenTopics,
  type Written,
} from '@auditmesh/kafka';
import { kafkaOf, openTopics } from './kafka-access.js';
import type { MeshAddress } from './mesh-address.js';
import { pushTopics } from './policy-pushes.js';
import { PushOutcomes, type PushOutcome } from './push-outcomes.js';

const CAUSE = ['ce_source', 'ce_id'];

/** The pushes whose events the rollout flag held back, and their records. */
export class HeldBackPushes {
  private readonly producer: RecordProducer;
  private readonly outcomes: PushOutcomes;

  constructor(
    private readonly client: KafkaClient,
    private readonly topics: OpenTopics,
    policyProjectId?: number,
  ) {
    this.producer = new RecordProducer(client, topics);
    this.outcomes = new PushOutcomes(client, topics, policyProjectId);
  }

  /** @param policyProjectId those of this policy project only; undefined for all */
  static async open(address: MeshAddress, policyProjectId?: number): Promise<HeldBackPushes> {
    const open = await openTopics(address, pushTopics);
    const pushes = new HeldBackPushes(kafkaOf(address), open, policyProjectId);
    await pushes.start();
    return pushes;
  }

  /** Resolves when it is known what is held back. */
  async start(): Promise<void> {
    await this.producer.connect();
    await this.outcomes.start();
  }

  /** In no order. */
  list(): PushOutcome[] {
    return this.outcomes.heldBack();
  }

  /** As it stands now. */
  isHeldBack({ policyProjectId, pushId }: PushOutcome): boolean {
    return this.outcomes.of(policyProjectId, pushId)!.heldBack;
  }

  /**
   * Finds the records of the pushes, the first of each; those of a policy project come in the order in which they were
   * pushed. What does not come has expired.
   */
  async *records(pushes: PushOutcome[]): AsyncGenerator<{ push: PushOutcome; record: HeldBackRecord }> {
    const { name, partitions, codec } = this.topics.get(topics.policyPushes);
    const byPartition = Map.groupBy(pushes, (push) => partitionOf(String(push.policyProjectId), partitions));
    for (const [partition, wanted] of byPartition) {
      const missing = new Map(wanted.map((push) => [keyOf(push.policyProjectId, push.pushId), push]));
      const projects = new Set(wanted.map((push) => String(push.policyProjectId)));
      for await (const all of readPartition(this.client, name, partition)) {
        const records = all.filter((record) => projects.has(record.key) && record.valueBytes);
        await codec.prepare(records.map((record) => record.valueBytes));
        for (const record of records as ConsumedRecord<PolicyFilePushed>[]) {
          const { policy_project_id, push_id } = codec.decode(record.valueBytes);
          const key = keyOf(policy_project_id, push_id);
          const push = missing.get(key);
          if (!push || CAUSE.some((header) => !record.headers[header])) continue;
          missing.delete(key);
          yield { push, record: { partition, record } };
        }
        if (missing.size === 0) break;
      }
    }
  }

  /** Writes the record again, as it came. */
  async sendAgain({ partition, record }: HeldBackRecord): Promise<Written> {
    const { name } = this.topics.get(topics.policyPushes);
    const [written] = await this.producer.sendEncoded(name, [asItCame(record, partition)]);
    return written!;
  }

  /** Resolves when policy-sync has handled what was written. @throws CliError when it makes no progress */
  untilHandled(written: Written[], progress: () => number): Promise<void> {
    return this.outcomes.untilHandled(written, progress);
  }

  /** Resolves to whether what the pushes gave has gone all the way to the trail. */
  untilSearchable(): Promise<boolean> {
    return this.outcomes.untilSearchable(this.topics);
  }

  async close(): Promise<void> {
    await Promise.all([this.producer.disconnect(), this.outcomes.stop()]);
  }
}

/** A record of `policy.pushes.v1`, where it lies. */
export interface HeldBackRecord {
  partition: number;
  record: ConsumedRecord;
}

const keyOf = (policyProjectId: number, pushId: string): string => `${policyProjectId}/${pushId}`;
