import type { Actor, Approval, MergeRequestChanged, MergeRequestCommit } from '@auditmesh/events';
import type { ApprovalPolicy, RequiredApprovals } from './approval-policy.js';

/** Names of those whose approval counts for what the policy asks for, each once. */
export function countedApprovers(
  policy: ApprovalPolicy,
  required: RequiredApprovals,
  facts: MergeRequestChanged,
): string[] {
  const counted = facts.approvals.filter(
    (approval) =>
      isNamed(required, approval) &&
      (policy.authorsApprovalCounts || !isAuthor(approval, facts)) &&
      (policy.committersApprovalCounts || !isCommitter(approval, facts)),
  );
  return namesOf(counted);
}

/** What the approvers are called, each once, whatever the order of the approvals; of whom nothing is known counts each time. */
export function namesOf(approvals: Approval[]): string[] {
  const people = Map.groupBy(approvals, (approval) => identityOf(approval) ?? approval);
  return [...people.values()].map((same) => same.map(nameOf).toSorted()[0]!).toSorted();
}

/** Whether the approver is the author of the merge request. */
export const isAuthor = ({ user }: Approval, { author }: MergeRequestChanged): boolean =>
  isSame(user, author.id, author.email);

/** Whether the approver wrote or committed one of its commits. */
export const isCommitter = ({ user }: Approval, { commits }: MergeRequestChanged): boolean =>
  commits.some((commit) => isOf(user, commit));

/** The name that they sign in with, or whatever is known. */
const nameOf = ({ user, username }: Approval): string =>
  username ?? user.name ?? user.email ?? user.id ?? 'unknown';

const isOf = (user: Actor, commit: MergeRequestCommit): boolean =>
  isSame(user, commit.author_id, commit.author_email) ||
  isSame(user, commit.committer_id, commit.committer_email);

/** By account where both are known, else by address. */
function isSame(user: Actor, id: string | null, email: string | null): boolean {
  if (user.id !== null && id !== null) return user.id === id;
  return user.email !== null && user.email.toLowerCase() === email?.toLowerCase();
}

/** A role is meant as it is: an owner is no maintainer. */
function isNamed(required: RequiredApprovals, approval: Approval): boolean {
  const { user, username, role, custom_role_id, group_ids, group_paths } = approval;
  return (
    required.anybody ||
    (user.id !== null && required.userIds.has(user.id)) ||
    (username !== null && required.usernames.has(username.toLowerCase())) ||
    (role !== null && required.roles.has(role)) ||
    (custom_role_id !== null && required.customRoleIds.has(custom_role_id)) ||
    group_ids.some((id) => required.groupIds.has(id)) ||
    group_paths.some((path) => required.groupPaths.has(path.toLowerCase()))
  );
}

function identityOf({ user, username }: Approval): string | undefined {
  const known = Object.entries({ id: user.id, username, email: user.email, name: user.name });
  const first = known.find(([, value]) => value !== null);
  return first && `${first[0]} ${first[1]!.toLowerCase()}`;
}
