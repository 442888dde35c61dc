import { formatMicros, short, type MergeRequestChanged } from '@auditmesh/events';
import type { Json } from '@auditmesh/policies';
import { authorOf, committersOf, namesOf } from './approvers.js';
import { violationsOf, type RuleVerdict, type Verdict } from './verdict.js';

/** Details of an event, as JSON. */
export type Details = { [name: string]: Json };

/** How much an event holds: characters of a text, entries of a list. */
export interface Room {
  text: number;
  description: number;
  commits: number;
  names: number;
  rules: number;
  sample: number;
}

/** What an event usually has room for. */
export const USUAL: Room = { text: 255, description: 2_000, commits: 500, names: 100, rules: 25, sample: 10 };
/** What it has room for even if each character becomes six bytes. */
export const TIGHT: Room = { text: 60, description: 60, commits: 50, names: 5, rules: 10, sample: 0 };

/** Which merge request it is about. */
export function detailsOfMergeRequest(
  facts: MergeRequestChanged,
  projectPath: string | null,
  { text }: Room,
): Details {
  return {
    merge_request_id: facts.id,
    merge_request_iid: facts.iid,
    merge_request_title: short(facts.title, text),
    source_branch: short(facts.source_branch, text),
    target_branch: short(facts.target_branch, text),
    project_id: facts.project_id,
    project_name: projectPath && projectPath.split('/').at(-1)!,
    project_full_path: projectPath,
  };
}

/** A merge as controls read it. */
export function detailsOfMerge(facts: MergeRequestChanged, verdicts: Verdict[], room: Room): Details {
  const { approvals, commits } = facts;
  const required = verdicts.flatMap(({ rules }) => rules.map((rule) => rule.required));
  const open = verdicts.filter(({ rules }) => rules.some(({ status }) => status === 'skipped'));
  const committers = approvals.filter(committersOf(facts));
  return {
    title: short(facts.title, room.text),
    description: short(facts.description ?? '', room.description),
    target_branch: short(facts.target_branch, room.text),
    target_project_id: facts.project_id,
    required_approvals: Math.max(facts.required_approvals ?? 0, ...required),
    approval_count: namesOf(approvals).length,
    approvers: namesOf(approvals).slice(0, room.names),
    approving_committers: namesOf(committers).slice(0, room.names),
    approving_author: approvals.some(authorOf(facts)),
    commit_count: commits.length,
    commit_shas: commits.slice(0, room.commits).map(({ sha }) => short(sha, 64)),
    fail_open_policies: open.slice(0, room.rules).map(({ policy }) => short(policy.name, room.text)),
    merged_at: formatMicros(facts.occurred_at),
  };
}

/** What a policy found, and of a merge with what approvals. @param mergedAt µs since the epoch */
export function detailsOfVerdict(verdict: Verdict, room: Room, mergedAt?: number): Details {
  const { policy, rules } = verdict;
  const violations = violationsOf(verdict);
  const broken = rules.filter((rule) => rule.status === 'running' || violations.includes(rule));
  const found = {
    enforcement_type: policy.onlyWarns ? 'warn' : 'enforce',
    policy_violations: broken.slice(0, room.rules).map((rule) => violationDetails(rule, room)),
  };
  if (mergedAt === undefined) return found;
  const asked = rules.slice(0, room.rules).map((rule, i) => ({
    name: short(i ? `${policy.name} ${i + 1}` : policy.name, room.text),
    report_type: rule.type,
    approvals_required: rule.required,
    approvals_given: rule.approvers.length,
    approved: rule.approvers.length >= rule.required,
    approved_approvers: rule.approvers.slice(0, room.names),
    invalid_rule: rule.error === 'invalid_rule',
    fail_open: rule.status === 'skipped',
  }));
  return { merged_at: formatMicros(mergedAt), ...found, policy_approval_rules: asked };
}

function violationDetails(found: RuleVerdict, room: Room): Details {
  return {
    approval_policy_rule_id: found.rule,
    rule_type: found.type,
    action: found.action,
    violation_status: found.status,
    violation_data: {
      approvals_required: found.required,
      approvals_given: found.approvers.length,
      ...(found.error === null ? {} : { error: found.error }),
      ...Object.fromEntries(Object.entries(found.data).map(([name, value]) => [name, sampleOf(value, room)])),
    },
  };
}

/** The beginning of a list, with short texts. */
function sampleOf(value: Json, room: Room): Json {
  if (typeof value === 'string') return short(value, 60);
  if (Array.isArray(value)) return value.slice(0, room.sample).map((each) => sampleOf(each, room));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, sampleOf(each, room)]));
}
