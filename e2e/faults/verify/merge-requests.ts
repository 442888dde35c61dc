import { eventId, type AuditEvent, type MergeRequestChanged } from '@auditmesh/events';
import { NO_CRITICAL, TWO_MAINTAINERS } from '../plan/approval-policies.ts';
import { APPROVALS_PROJECT, complianceProjects, complianceTenants } from '../plan/compliance.ts';
import { canonical } from './findings.ts';
import type { ExpectedEvent } from './pushes.ts';
import type { TopicRecord } from './topic-record.ts';

/** What the engine must tell of merge requests. */
export interface ToldOfMergeRequests {
  events: ExpectedEvent[];
  /** By the id of the event of its merge. */
  merges: Map<string, MergeRequestChanged>;
}

/** What is known of a merge request: the newest record, and the policies that it was told to break. */
interface History {
  sequence: number;
  merged: boolean;
  broken: string[];
}

/** What the records say one after the other; one that comes again, comes late, or comes after the merge says nothing. */
export function eventsOfMergeRequests(records: TopicRecord<MergeRequestChanged>[]): ToldOfMergeRequests {
  const told: ToldOfMergeRequests = { events: [], merges: new Map() };
  const histories = new Map<string, History>();
  for (const { sentAs, poison, value: facts, headers } of records) {
    if (!sentAs || poison || !facts) continue;
    const name = `${facts.project_id}!${facts.iid}`;
    const before = histories.get(name) ?? { sequence: -1, merged: false, broken: [] };
    if (before.merged || facts.sequence <= before.sequence) continue;
    const ends = facts.change === 'merged' || facts.change === 'closed';
    const now = facts.change === 'closed' ? [] : brokenBy(facts);
    const merged = facts.change === 'merged';
    histories.set(name, { sequence: facts.sequence, merged, broken: ends ? [] : now });
    if (facts.change === 'closed') continue;
    const tell = (kind: string, policy: string | null = null) =>
      told.events.push(expected(facts, headers, kind, policy));
    for (const policy of now) if (!before.broken.includes(policy)) tell('violations_detected', policy);
    if (before.broken.length && !now.length) tell('violations_resolved');
    if (!merged) continue;
    told.merges.set(idOf(facts, headers, 'merge_request_merged', ''), facts);
    tell('merge_request_merged');
    for (const policy of now) tell('merge_request_merged_with_policy_violations', policy);
  }
  return told;
}

/** Names of the maintainers who approved, each once. */
const maintainers = ({ approvals }: MergeRequestChanged, except?: string | null): Set<string> =>
  new Set(
    approvals.flatMap(({ user, username, role }) =>
      role === 'maintainer' && user.id !== except ? [username!] : [],
    ),
  );

/** Approvals that a policy asks for, and that there are. */
function approvalsOf(facts: MergeRequestChanged, policy: string): { required: number; given: number } {
  if (policy === TWO_MAINTAINERS) return { required: 2, given: maintainers(facts, facts.author.id).size };
  const found = facts.findings.some(({ severity, count }) => severity === 'critical' && count > 0);
  return { required: found ? 1 : 0, given: maintainers(facts).size };
}

/** Policies are known to govern only what the directory knows. */
const known: ReadonlySet<number> = new Set(complianceTenants.flatMap(complianceProjects));

function brokenBy(facts: MergeRequestChanged): string[] {
  if (!known.has(facts.project_id)) return [];
  return [TWO_MAINTAINERS, NO_CRITICAL].filter((policy) => {
    const { required, given } = approvalsOf(facts, policy);
    return given < required;
  });
}

type Headers = TopicRecord<unknown>['headers'];

const idOf = ({ occurred_at }: MergeRequestChanged, headers: Headers, type: string, about: string) =>
  eventId(occurred_at, headers['ce_source']!, headers['ce_id']!, type, about);

function expected(
  facts: MergeRequestChanged,
  headers: Headers,
  kind: string,
  policy: string | null,
): ExpectedEvent {
  const type = kind === 'merge_request_merged' ? kind : `security_policy_${kind}`;
  const about = policy === null ? '' : `${APPROVALS_PROJECT}/${policy}`;
  return {
    id: idOf(facts, headers, type, about),
    where: `${kind} of ${headers['ce_id']}${policy === null ? '' : ` by ${policy}`}`,
    fault: (event) => {
      const [is, should] = [said(event), sayings(facts, type, policy)].map(canonical);
      return is === should ? undefined : `It says ${is}, and should say ${should}.`;
    },
  };
}

/** What tells one of these events from another. */
function said({ type, scope, target, attributes }: AuditEvent): unknown[] {
  const details = JSON.parse(attributes ?? '{}') as Record<string, unknown>;
  const { merge_request_iid, approvers, approving_author, policy_approval_rules: rules } = details;
  const [rule] = (rules ?? []) as { approvals_required: number; approvals_given: number }[];
  return [
    ...[type, scope.id, scope.root_namespace_id, target.name],
    ...(type === 'merge_request_merged' ? [approvers, approving_author] : [merge_request_iid]),
    ...(rule ? [rule.approvals_required, rule.approvals_given] : []),
  ];
}

function sayings(facts: MergeRequestChanged, type: string, policy: string | null): unknown[] {
  const { project_id, iid, title } = facts;
  const own = [known.has(project_id) ? String(project_id)[0] : null, project_id];
  const [tenant, project] = policy === null ? own : ['1', APPROVALS_PROJECT];
  const about = [type, String(project), tenant, policy ?? title];
  if (type === 'merge_request_merged') return [...about, approversOf(facts), approvedByAuthor(facts)];
  if (!type.includes('merged_with')) return [...about, iid];
  const { required, given } = approvalsOf(facts, policy!);
  return [...about, iid, required, given];
}

/** Everybody who approved, by name. */
export const approversOf = ({ approvals }: MergeRequestChanged): string[] =>
  [...new Set(approvals.map(({ username }) => username!))].sort();

export const approvedByAuthor = ({ approvals, author }: MergeRequestChanged): boolean =>
  approvals.some(({ user }) => user.id === author.id);
