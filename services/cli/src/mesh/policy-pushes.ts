import { topics, type PolicyFilePushed, type PolicyState } from '@auditmesh/events';
import {
  cloudEventHeaders,
  GlobalTable,
  GroupOffsets,
  KafkaClient,
  pause,
  RecordProducer,
  type OpenTopics,
} from '@auditmesh/kafka';
import { CliError, exitCodes } from '../cli-error.js';
import { kafkaOf, openTopics } from './kafka-access.js';
import type { MeshAddress } from './mesh-address.js';

const POLL_MS = 50;
const STALL_MS = 120_000;

/** Writes pushes of policy files and watches what the mesh makes of them. */
export class PolicyPushes {
  /** Number of events by push that is applied. */
  private readonly applied = new Map<string, number>();
  private readonly groups: GroupOffsets;

  private constructor(
    private readonly topics: OpenTopics,
    private readonly producer: RecordProducer,
    private readonly states: GlobalTable<PolicyState>,
    client: KafkaClient,
  ) {
    this.groups = new GroupOffsets(client);
  }

  /** Resolves when it is known which pushes of the policy project are applied. */
  static async open(address: MeshAddress, policyProjectId: number): Promise<PolicyPushes> {
    const client = kafkaOf(address);
    const open = await openTopics(address, [
      topics.policyPushes,
      topics.policyStates,
      topics.auditCandidates,
      topics.auditEvents,
    ]);
    const producer = new RecordProducer(client, open);
    const prefix = `${policyProjectId}/push/`;
    const states = new GlobalTable(
      client,
      topics.policyStates,
      open.get(topics.policyStates).codec,
      (key, value) => {
        if (key.startsWith(prefix) && value?.push) pushes.applied.set(value.push.push_id, value.push.events);
      },
    );
    const pushes = new PolicyPushes(open, producer, states, client);
    await producer.connect();
    await states.start();
    return pushes;
  }

  isApplied(pushId: string): boolean {
    return this.applied.has(pushId);
  }

  /** @param source ce_source, which with the push id is the cause of the events */
  async send(pushes: PolicyFilePushed[], source: string): Promise<void> {
    const records = pushes.map((value) => ({
      key: String(value.policy_project_id),
      value,
      headers: cloudEventHeaders({
        id: value.push_id,
        type: 'auditmesh.policy.PolicyFilePushed',
        source,
        time: value.occurred_at,
      }),
    }));
    await this.producer.send(topics.policyPushes, records);
  }

  /**
   * Resolves when all of the pushes are applied.
   *
   * @returns the number of events that they gave
   * @throws CliError when the mesh makes no progress for two minutes
   */
  async untilApplied(pushIds: string[], onProgress: (applied: number) => void): Promise<number> {
    let before = -1;
    for (let since = Date.now(); ;) {
      const count = pushIds.filter((id) => this.applied.has(id)).length;
      if (count !== before) since = Date.now();
      onProgress((before = count));
      if (count === pushIds.length) break;
      if (Date.now() - since > STALL_MS) {
        throw new CliError(
          `The mesh has applied ${count} of ${pushIds.length} pushes and does not go on; is policy-sync running? See its dead-letter queue.`,
          exitCodes.unavailable,
        );
      }
      await pause(POLL_MS);
    }
    return pushIds.reduce((sum, id) => sum + this.applied.get(id)!, 0);
  }

  /** Resolves to whether what the pushes gave has gone all the way to the trail. */
  async untilSearchable(timeoutMs = 60_000): Promise<boolean> {
    const consolidated = await this.groups.caughtUp(
      'consolidator',
      this.topics.get(topics.auditCandidates),
      timeoutMs,
    );
    return consolidated && this.groups.caughtUp('projector', this.topics.get(topics.auditEvents), timeoutMs);
  }

  async close(): Promise<void> {
    await Promise.all([this.producer.disconnect(), this.states.stop(), this.groups.disconnect()]);
  }
}
