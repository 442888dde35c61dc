import { topics, type PolicyState } from '@auditmesh/events';
import { GlobalTable, GroupOffsets, type KafkaClient, type OpenTopics, type Written } from '@auditmesh/kafka';
import { CliError, exitCodes } from '../cli-error.js';

const GROUP = 'policy-sync';
const POLL_MS = 50;
const STALL_MS = 120_000;

/** What the mesh made of a push. */
export interface PushOutcome {
  policyProjectId: number;
  pushId: string;
  /** Audit events that the push gives. */
  events: number;
  /** Whether the rollout flag was off, so that none of them is emitted yet. */
  heldBack: boolean;
}

/** What the mesh made of pushes, as the states of policy-sync tell. */
export class PushOutcomes {
  private readonly outcomes = new Map<string, PushOutcome>();
  private readonly states: GlobalTable<PolicyState>;
  private readonly groups: GroupOffsets;

  /** @param policyProjectId those of this policy project only; undefined for all */
  constructor(client: KafkaClient, open: OpenTopics, policyProjectId?: number) {
    this.groups = new GroupOffsets(client);
    const { codec } = open.get(topics.policyStates);
    this.states = new GlobalTable(client, topics.policyStates, codec, (key, value) => {
      if (!value?.push || value.policy_project_id !== (policyProjectId ?? value.policy_project_id)) return;
      const { push_id: pushId, events, skipped: heldBack } = value.push;
      this.outcomes.set(key, { policyProjectId: value.policy_project_id, pushId, events, heldBack });
    });
  }

  /** Resolves when everything that is known is read. */
  async start(): Promise<void> {
    await this.states.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.states.stop(), this.groups.disconnect()]);
  }

  /** Undefined for a push that was not handled yet, or was rejected. */
  of(policyProjectId: number, pushId: string): PushOutcome | undefined {
    return this.outcomes.get(`${policyProjectId}/push/${pushId}`);
  }

  heldBack(): PushOutcome[] {
    return [...this.outcomes.values()].filter(({ heldBack }) => heldBack);
  }

  /**
   * Resolves when policy-sync has handled these records of `policy.pushes.v1`, and their outcomes are known here.
   *
   * @param progress called again and again; a number that stays the same for two minutes means a stall
   * @throws CliError when the mesh makes no progress
   */
  async untilHandled(written: Written[], progress: () => number): Promise<void> {
    let before = -1;
    for (let since = Date.now(); !(await this.groups.handled(GROUP, written, POLL_MS));) {
      const count = progress();
      if (count !== before) since = Date.now();
      before = count;
      if (Date.now() - since > STALL_MS)
        throw new CliError(
          `The mesh has applied ${count} of ${written.length} pushes and does not go on; is policy-sync running?`,
          exitCodes.unavailable,
        );
    }
    await this.states.catchUp();
    progress();
  }

  /** Resolves to whether what the pushes gave has gone all the way to the trail. */
  async untilSearchable(open: OpenTopics, timeoutMs = 60_000): Promise<boolean> {
    const candidates = open.get(topics.auditCandidates);
    const consolidated = await this.groups.caughtUp('consolidator', candidates, timeoutMs);
    return consolidated && this.groups.caughtUp('projector', open.get(topics.auditEvents), timeoutMs);
  }
}
