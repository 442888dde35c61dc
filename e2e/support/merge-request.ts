import { topics, type MergeRequestChanged } from '@auditmesh/events';
import { sampleMergeRequest } from '@auditmesh/testing';
import type { EventJson, TestMesh } from './test-mesh.js';

type Facts = Partial<MergeRequestChanged>;

/** A merge request as the platform sees it: it tells of changes and looks up what they gave. */
export class MergeRequest {
  private sequence = 0;
  private facts: Facts = {};

  constructor(
    private readonly mesh: TestMesh,
    readonly iid: number,
    private readonly projectId = 70,
  ) {}

  /**
   * Changes these facts, which stay changed, and tells all of them.
   *
   * @param change opened, updated, merged or closed
   * @returns the events that it gave, all of which can be searched, the oldest first
   */
  async tell(change: string, facts: Facts = {}): Promise<EventJson[]> {
    Object.assign(this.facts, facts);
    await this.send(++this.sequence, change);
    return this.events(this.sequence);
  }

  /** Tells again what was told last. @returns as `tell`, of that one cause */
  async tellAgain(change: string): Promise<EventJson[]> {
    await this.send(this.sequence, change);
    return this.events(this.sequence);
  }

  private async events(sequence: number): Promise<EventJson[]> {
    const all = await this.mesh.events('category=violation_detection,activity,enforcement_failure');
    return all.filter(({ cause }) => cause.id === this.causeOf(sequence));
  }

  private async send(sequence: number, change: string): Promise<void> {
    const { iid, projectId: project_id } = this;
    // No two at the same time, so that the search has them in their order.
    const occurred_at = Date.now() * 1000 + sequence;
    const ids = { id: project_id * 1_000 + iid, iid, project_id };
    const value = sampleMergeRequest({ ...ids, ...this.facts, sequence, change, occurred_at });
    await this.mesh.produce(topics.mergeRequestsChanges, String(project_id), [
      { id: this.causeOf(sequence), value },
    ]);
    await this.mesh.settled();
  }

  private causeOf(sequence: number): string {
    return `mr:${this.projectId}:${this.iid}:${sequence}`;
  }
}

/** An event in short: what happened, to which. */
export const lineOf = ({ type, target }: EventJson): string =>
  `${type.replace('security_policy_', '')} ${target.name}`;
