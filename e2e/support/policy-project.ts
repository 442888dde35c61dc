import { topics, type PolicyFilePushed } from '@auditmesh/events';
import type { EventJson, TestMesh } from './test-mesh.js';

/** A policy project as the platform sees it: it tells of pushes and looks up what they gave. */
export class PolicyProject {
  private pushes = 0;

  constructor(
    private readonly mesh: TestMesh,
    readonly id: number,
  ) {}

  /**
   * Pushes a version of the policy file; null removes it.
   *
   * @param more fields beyond the usual ones, or instead of them
   * @returns the events that the push gave, all of which can be searched, by type and name
   */
  async push(content: string | null, more: Partial<PolicyFilePushed> = {}): Promise<EventJson[]> {
    return (await this.pushAll([{ content, ...more }]))[0]!;
  }

  /** Pushes versions one after the other. @returns as `push`, for each */
  async pushAll(pushes: Partial<PolicyFilePushed>[]): Promise<EventJson[][]> {
    const values = pushes.map((push) => this.value(push));
    const facts = values.map((value) => ({ id: value.push_id, value }));
    await this.mesh.produce(topics.policyPushes, String(this.id), facts);
    await this.mesh.settled();
    const events = Map.groupBy(await this.mesh.events(`scope=project:${this.id}`), ({ cause }) => cause.id);
    return values.map(({ push_id }) => (events.get(push_id) ?? []).toSorted(byLine));
  }

  private value(given: Partial<PolicyFilePushed>): PolicyFilePushed {
    const number = ++this.pushes;
    // No two at the same time, so that the search has them in their order.
    const at = Date.now() * 1000 + number;
    const signature = { name: 'Ann Lee', email: 'ann@acme.example', at };
    return {
      push_id: `push-${number}`,
      policy_project_id: this.id,
      file_path: '.gitlab/security-policies/policy.yml',
      content: null,
      commit_sha: String(number).padStart(40, 'c'),
      author: signature,
      committer: signature,
      pusher: null,
      occurred_at: at,
      imported: false,
      author_account: null,
      merge_request: null,
      commits: [],
      ...given,
    };
  }
}

/** An event of a policy in short: what happened, to which. */
export const lineOf = ({ type, target }: EventJson): string =>
  `${type.replace('security_policy_', '')} ${target.name}`;

const byLine = (a: EventJson, b: EventJson): number => (lineOf(a) < lineOf(b) ? -1 : 1);
