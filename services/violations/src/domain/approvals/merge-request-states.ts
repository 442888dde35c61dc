import type { ApprovalState, MergeRequestChanged } from '@auditmesh/events';

/** A record of `approvals.states.v1`. */
export interface StateRecord {
  key: string;
  value: ApprovalState | null;
}

/** What was last told of the merge requests of one task, as the changelog has it. */
export class MergeRequestStates {
  private readonly states = new Map<string, ApprovalState>();

  /** Takes a record of the changelog; null deletes. */
  restore(key: string, value: ApprovalState | null): void {
    if (value) this.states.set(key, value);
    else this.states.delete(key);
  }

  get(facts: MergeRequestChanged): ApprovalState | undefined {
    return this.states.get(keyOf(facts));
  }

  /** @returns what the changelog has to take */
  set(state: ApprovalState): StateRecord {
    const record = { key: keyOf(state), value: state };
    this.states.set(record.key, state);
    return record;
  }

  /** Forgets merge requests that ended before the time, µs. @returns what the changelog has to take, at most `most` */
  forget(before: number, most: number): StateRecord[] {
    const forgotten: StateRecord[] = [];
    for (const [key, { ended_at }] of this.states) {
      if (ended_at === null || ended_at >= before) continue;
      this.states.delete(key);
      forgotten.push({ key, value: null });
      if (forgotten.length >= most) break;
    }
    return forgotten;
  }
}

const keyOf = ({ project_id, iid }: Pick<ApprovalState, 'project_id' | 'iid'>): string =>
  `${project_id}/${iid}`;
