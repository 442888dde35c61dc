import type { ApprovalState, MergeRequestChanged, PolicyViolations } from '@auditmesh/events';
import { violationsOf, type RuleVerdict, type Verdict } from './verdict.js';

/** What has to be told of a merge request. */
export type Told =
  /** The violations of a policy changed, and there are some. */
  | { kind: 'detected'; verdict: Verdict }
  /** There are none any more. */
  | { kind: 'resolved' }
  | { kind: 'merged'; verdicts: Verdict[] }
  | { kind: 'merged_with_violations'; verdict: Verdict }
  /** It was merged, and a policy let its branches pass. */
  | { kind: 'branches_exempt'; verdict: Verdict };

/** Whether the record says nothing new: it comes again, it is older than one known, or the merge request is merged. */
export const isStale = (state: ApprovalState | undefined, { sequence }: MergeRequestChanged): boolean =>
  state !== undefined && (state.merged || sequence <= state.sequence);

/**
 * Decides what a record tells, and what is known after it.
 *
 * @param state before it; the record must not be stale
 * @param verdicts of the policies that are about the merge request
 * @param appended append time of the record, µs
 */
export function tell(
  state: ApprovalState | undefined,
  facts: MergeRequestChanged,
  verdicts: Verdict[],
  appended: number,
): { state: ApprovalState; told: Told[] } {
  const { project_id, iid, sequence, change } = facts;
  const merged = change === 'merged';
  const ended_at = merged || change === 'closed' ? appended : null;
  const next = { project_id, iid, sequence, ended_at, merged };
  if (change === 'closed') return { state: { ...next, violations: [] }, told: [] };
  const before = new Map(state?.violations.map((known) => [nameOf(known), known.violations]));
  const now = verdicts.map((verdict) => ({ verdict, violations: standing(verdict, before) }));
  const changed = now.filter(
    ({ verdict, violations }) =>
      violations.length && violations.join('\n') !== before.get(nameOfVerdict(verdict))?.join('\n'),
  );
  const violations = now.flatMap(({ verdict: { policy }, violations: found }) =>
    found.length
      ? [{ policy_project_id: policy.policyProjectId, policy: policy.name, violations: found }]
      : [],
  );
  const told: Told[] = changed.map(({ verdict }) => ({ kind: 'detected', verdict }));
  if (before.size && !violations.length) told.push({ kind: 'resolved' });
  if (!merged) return { state: { ...next, violations }, told };
  return { state: { ...next, violations: [] }, told: [...told, ...ofMerge(verdicts)] };
}

function ofMerge(verdicts: Verdict[]): Told[] {
  const violated = verdicts.filter((verdict) => violationsOf(verdict).length);
  const exempt = verdicts.filter((verdict) => verdict.exempt);
  return [
    { kind: 'merged', verdicts },
    ...violated.map((verdict): Told => ({ kind: 'merged_with_violations', verdict })),
    ...exempt.map((verdict): Told => ({ kind: 'branches_exempt', verdict })),
  ];
}

/** Violations of the policy, with those told before of rules that cannot be evaluated yet. */
function standing(verdict: Verdict, before: Map<string, string[]>): string[] {
  const known = before.get(nameOfVerdict(verdict)) ?? [];
  const waiting = verdict.rules.filter(({ status }) => status === 'running').map(placeOf);
  const kept = known.filter((violation) => waiting.some((place) => violation.startsWith(place)));
  return [...violationsOf(verdict).map(textOf), ...kept].toSorted();
}

/** Equal as long as the violation is the same one: how many approvals or findings there are makes no other of it. */
const textOf = (found: RuleVerdict): string =>
  `${placeOf(found)}${found.type} ${found.status}${found.error ? ` ${found.error}` : ''}`;

const placeOf = ({ rule, action }: RuleVerdict): string => `${rule}.${action} `;

const nameOf = ({ policy_project_id, policy }: PolicyViolations): string => `${policy_project_id}/${policy}`;

const nameOfVerdict = ({ policy }: Verdict): string => `${policy.policyProjectId}/${policy.name}`;
