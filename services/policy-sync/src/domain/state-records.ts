import type { FanoutProgress, PolicyFilePushed, PolicyState } from '@auditmesh/events';
import type { FileState } from './push.js';

/** A record of `policy.states.v1`. */
export interface StateRecord {
  key: string;
  value: PolicyState | null;
}

const nothing = { file: null, push: null, fanout: null, skipped: null };

/** The policies in force after the push. */
export function fileRecord(push: PolicyFilePushed, { valid, policies }: FileState): StateRecord {
  const { policy_project_id, commit_sha, push_id, occurred_at } = push;
  const file = { valid, policies: JSON.stringify(policies), commit_sha, push_id, occurred_at };
  return { key: String(policy_project_id), value: { ...nothing, policy_project_id, file } };
}

/** That the push is applied, with the number of its events. */
export function pushRecord(
  { policy_project_id, push_id }: PolicyFilePushed,
  events: number,
  skipped = false,
): StateRecord {
  return {
    key: `${policy_project_id}/push/${push_id}`,
    value: { ...nothing, policy_project_id, push: { push_id, events, skipped } },
  };
}

const skippedKey = ({ policy_project_id, push_id }: PolicyFilePushed): string =>
  `${policy_project_id}/skipped/${push_id}`;

/** What the skipped push is to be compared with when it comes again. */
export function skippedRecord(push: PolicyFilePushed, { valid, policies }: FileState): StateRecord {
  const { policy_project_id, push_id } = push;
  const skipped = { push_id, valid, policies: JSON.stringify(policies) };
  return { key: skippedKey(push), value: { ...nothing, policy_project_id, skipped } };
}

export const skippedDone = (push: PolicyFilePushed): StateRecord => ({ key: skippedKey(push), value: null });

/** How far a push is emitted that is too large for one transaction. */
export const fanoutRecord = (policy_project_id: number, fanout: FanoutProgress): StateRecord => ({
  key: `${policy_project_id}/fanout`,
  value: { ...nothing, policy_project_id, fanout },
});

export const fanoutDone = (policyProjectId: number): StateRecord => ({
  key: `${policyProjectId}/fanout`,
  value: null,
});
