import { topics, type Actor, type Approval, type MergeRequestChanged } from '@auditmesh/events';
import { cloudEventHeaders, type OutgoingRecord } from '@auditmesh/kafka';

/** Somebody as the platform knows them, from where they acted. */
export interface Account {
  id: string;
  username: string;
  name: string;
  ip: string;
}

/** What a merge request must say; all else has a usual value. */
export type Known = Pick<
  MergeRequestChanged,
  'iid' | 'project_id' | 'change' | 'occurred_at' | 'author' | 'title'
> &
  Partial<MergeRequestChanged>;

export const actorOf = ({ id, name, ip }: Account): Actor => ({
  ...{ id, name, ip },
  type: 'user',
  email: null,
  user_agent: null,
});

/** The approval of a maintainer. */
export const approvalOf = (account: Account): Approval => ({
  user: actorOf(account),
  username: account.username,
  role: 'maintainer',
  custom_role_id: null,
  group_ids: [],
  group_paths: [],
  approved_at: null,
});

/** The record of a merge request into the default branch, which is protected. @param source ce_source */
export function mergeRequestRecord(known: Known, source: string): OutgoingRecord<MergeRequestChanged> {
  const { project_id, iid, occurred_at } = known;
  const value: MergeRequestChanged = {
    id: iid,
    project_path: null,
    sequence: occurred_at,
    actor: null,
    description: null,
    source_branch: `change-${iid}`,
    target_branch: 'main',
    target_branch_default: true,
    target_branch_protected: true,
    commits: [],
    approvals: [],
    required_approvals: null,
    scans: [],
    findings: [],
    licenses: null,
    ...known,
  };
  const headers = cloudEventHeaders({
    id: `mr:${project_id}:${iid}:${value.sequence}`,
    type: 'auditmesh.approval.MergeRequestChanged',
    source,
    time: occurred_at,
  });
  return { key: String(project_id), value, headers };
}

/** Consumer group that handles them, and what it reads. */
export const mergeRequestGroup = { group: 'violations.approvals', topic: topics.mergeRequestsChanges };
