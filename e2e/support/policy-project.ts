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
    const at = Date.now() * 1000;
    const signature = { name: 'Ann Lee', email: 'ann@acme.example', at };
    const value: PolicyFilePushed = {
      push_id: `push-${++this.pushes}`,
      policy_project_id: this.id,
      file_path: '.gitlab/security-policies/policy.yml',
      content,
      commit_sha: String(this.pushes).padStart(40, 'c'),
      author: signature,
      committer: signature,
      pusher: null,
      occurred_at: at,
      imported: false,
      author_account: null,
      merge_request: null,
      commits: [],
      ...more,
    };
    await this.mesh.produce(topics.policyPushes, String(this.id), [{ id: value.push_id, value }]);
    return this.eventsOf(value.push_id);
  }

  private async eventsOf(pushId: string): Promise<EventJson[]> {
    await this.mesh.settled();
    const events = await this.mesh.events(`scope=project:${this.id}`);
    return events.filter(({ cause }) => cause.id === pushId).toSorted((a, b) => (lineOf(a) < lineOf(b) ? -1 : 1));
  }
}

/** An event of a policy in short: what happened, to which. */
export const lineOf = ({ type, target }: EventJson): string =>
  `${type.replace('security_policy_', '')} ${target.name}`;
