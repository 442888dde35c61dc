import type { FanoutProgress, PolicyFilePushed, PolicyState } from '@auditmesh/events';
import type { FileState } from './push.js';

/** A record of `policy.states.v1`. */
export interface StateRecord {
  key: string;
  value: PolicyState | null;
}

const nothing = { file: null, push: null, fanout: null };

/** The policies in force after the push. */
export function fileRecord(push: PolicyFilePushed, { valid, policies }: FileState): StateRecord {
  const { policy_project_id, commit_sha, push_id, occurred_at } = push;
  const file = { valid, policies: JSON.stringify(policies), commit_sha, push_id, occurred_at };
  return { key: String(policy_project_id), value: { ...nothing, policy_project_id, file } };
}

/** That the push is applied, with the number of its events. */
export function pushRecord({ policy_project_id, push_id }: PolicyFilePushed, events: number): StateRecord {
  return {
    key: `${policy_project_id}/push/${push_id}`,
    value: { ...nothing, policy_project_id, push: { push_id, events } },
  };
}

/** How far a push is emitted that is too large for one transaction. */
export const fanoutRecord = (policy_project_id: number, fanout: FanoutProgress): StateRecord => ({
  key: `${policy_project_id}/fanout`,
  value: { ...nothing, policy_project_id, fanout },
});

export const fanoutDone = (policyProjectId: number): StateRecord => ({
  key: `${policyProjectId}/fanout`,
  value: null,
});
