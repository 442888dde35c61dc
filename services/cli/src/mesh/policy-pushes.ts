import { topics, type PolicyFilePushed } from '@auditmesh/events';
import { cloudEventHeaders, RecordProducer, type OpenTopics, type Written } from '@auditmesh/kafka';
import { CliError, exitCodes } from '../cli-error.js';
import { kafkaOf, openTopics } from './kafka-access.js';
import type { MeshAddress } from './mesh-address.js';
import { PushOutcomes } from './push-outcomes.js';

/** What pushes gave. */
export interface Applied {
  /** Audit events that were emitted. */
  events: number;
  /** Pushes whose events the rollout flag holds back. */
  heldBack: number;
}

export const pushTopics = [
  topics.policyPushes,
  topics.policyStates,
  topics.auditCandidates,
  topics.auditEvents,
];

/** Writes pushes of policy files and watches what the mesh makes of them. */
export class PolicyPushes {
  private readonly written: Written[] = [];

  private constructor(
    private readonly topics: OpenTopics,
    private readonly producer: RecordProducer,
    private readonly outcomes: PushOutcomes,
    private readonly policyProjectId: number,
  ) {}

  /** Resolves when it is known which pushes of the policy project are applied. */
  static async open(address: MeshAddress, policyProjectId: number): Promise<PolicyPushes> {
    const client = kafkaOf(address);
    const open = await openTopics(address, pushTopics);
    const producer = new RecordProducer(client, open);
    const outcomes = new PushOutcomes(client, open, policyProjectId);
    await producer.connect();
    await outcomes.start();
    return new PolicyPushes(open, producer, outcomes, policyProjectId);
  }

  /** Whether the events of the push are emitted; it may come again while the rollout flag holds them back. */
  isEmitted(pushId: string): boolean {
    return this.outcomes.of(this.policyProjectId, pushId)?.heldBack === false;
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
    this.written.push(...(await this.producer.send(topics.policyPushes, records)));
  }

  /**
   * Resolves when all pushes that were sent are applied.
   *
   * @param pushIds of what was sent
   * @throws CliError when a push was rejected, or the mesh makes no progress for two minutes
   */
  async untilApplied(pushIds: string[], onProgress: (applied: number) => void): Promise<Applied> {
    const known = () =>
      pushIds.map((id) => this.outcomes.of(this.policyProjectId, id)).filter((o) => o !== undefined);
    await this.outcomes.untilHandled(this.written, () => {
      onProgress(known().length);
      return known().length;
    });
    const rejected = pushIds.length - known().length;
    if (rejected > 0)
      throw new CliError(
        `${rejected} of ${pushIds.length} pushes were rejected; \`auditmesh replay --dlq policy-sync --dry-run\` says why.`,
        exitCodes.failed,
      );
    const [held, emitted] = [true, false].map((on) => known().filter(({ heldBack }) => heldBack === on));
    return { events: emitted!.reduce((sum, { events }) => sum + events, 0), heldBack: held!.length };
  }

  /** Resolves to whether what the pushes gave has gone all the way to the trail. */
  untilSearchable(): Promise<boolean> {
    return this.outcomes.untilSearchable(this.topics);
  }

  async close(): Promise<void> {
    await Promise.all([this.producer.disconnect(), this.outcomes.stop()]);
  }
}
