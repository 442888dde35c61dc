import { short, type Approval, type MergeRequestChanged } from '@auditmesh/events';
import type { ApprovalPolicy, RequiredApprovals } from './approval-policy.js';

/** Characters of a name. */
const MAX_NAME = 60;

/** Says of an approval whether it is of certain people. */
export type IsOf = (approval: Approval) => boolean;

/** Somebody as an account, an address or both. */
type Person = [id: string | null, email: string | null];

/** Names of those whose approval counts for what the policy asks for, each once. */
export function countedApprovers(
  policy: ApprovalPolicy,
  required: RequiredApprovals,
  facts: MergeRequestChanged,
): string[] {
  const nobody: IsOf = () => false;
  const isAuthor = policy.authorsApprovalCounts ? nobody : authorOf(facts);
  const isCommitter = policy.committersApprovalCounts ? nobody : committersOf(facts);
  return namesOf(
    facts.approvals.filter(
      (approval) => isNamed(required, approval) && !isAuthor(approval) && !isCommitter(approval),
    ),
  );
}

/** What the approvers are called, each once, whatever the order of the approvals; of whom nothing is known counts each time. */
export function namesOf(approvals: Approval[]): string[] {
  const people = Map.groupBy(approvals, (approval) => identityOf(approval) ?? approval);
  return [...people.values()].map((same) => same.map(nameOf).toSorted()[0]!).toSorted();
}

/** Who opened the merge request. */
export const authorOf = ({ author }: MergeRequestChanged): IsOf => amongst([[author.id, author.email]]);

/** Who wrote or committed one of its commits. */
export const committersOf = ({ commits }: MergeRequestChanged): IsOf =>
  amongst(
    commits.flatMap((commit): Person[] => [
      [commit.author_id, commit.author_email],
      [commit.committer_id, commit.committer_email],
    ]),
  );

/** Somebody is known by the account where both have one, else by the address. */
function amongst(people: Person[]): IsOf {
  const emails = (all: Person[]) => new Set(all.flatMap(([, email]) => email?.toLowerCase() ?? []));
  const ids = new Set(people.map(([id]) => id));
  const [all, withoutAccount] = [emails(people), emails(people.filter(([id]) => id === null))];
  return ({ user: { id, email } }) =>
    (id !== null && ids.has(id)) ||
    (email !== null && (id === null ? all : withoutAccount).has(email.toLowerCase()));
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

/** The name that they sign in with, or whatever is known. */
const nameOf = ({ user, username }: Approval): string =>
  short(username ?? user.name ?? user.email ?? user.id ?? 'unknown', MAX_NAME);

function identityOf({ user, username }: Approval): string | undefined {
  const known = Object.entries({ id: user.id, username, email: user.email, name: user.name });
  const first = known.find(([, value]) => value !== null);
  return first && `${first[0]} ${first[1]!.toLowerCase()}`;
}
