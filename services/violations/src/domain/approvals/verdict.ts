import type { MergeRequestChanged } from '@auditmesh/events';
import { checkCommits } from './any-merge-request.js';
import type { ApprovalPolicy, RequiredApprovals, Rule } from './approval-policy.js';
import { countedApprovers } from './approvers.js';
import { isAbout, isExempt } from './branches.js';
import { checkLicenses } from './license-finding.js';
import type { Evidence, RuleError, RuleResult } from './rule-result.js';
import { checkFindings } from './scan-finding.js';

/** What an approval policy says of a merge request. */
export interface Verdict {
  policy: ApprovalPolicy;
  /** Whether the policy lets its branches pass; it asks for nothing then. */
  exempt: boolean;
  /** For each rule about its target branch, and each action. */
  rules: RuleVerdict[];
}

/** Whether one rule has the approvals of one action. */
export interface RuleVerdict {
  /** Positions in the policy, from 0. */
  rule: number;
  action: number;
  type: string;
  /**
   * passed: nothing is asked for, or it is given. failed, warn: it is not given, and that holds up the merge or does not.
   * skipped: it cannot be evaluated, and the policy lets it pass then. running: it cannot be evaluated yet.
   */
  status: 'passed' | 'failed' | 'warn' | 'skipped' | 'running';
  /** 0 where nothing is asked for. */
  required: number;
  /** Names of those whose approval counts. */
  approvers: string[];
  /** Why it could not be evaluated. */
  error: RuleError | null;
  data: Evidence;
}

/** Evaluates the policy; undefined if none of its rules is about the target branch. */
export function verdictOf(
  policy: ApprovalPolicy,
  facts: MergeRequestChanged,
  projectPath: string | null,
): Verdict | undefined {
  const rules = policy.rules.filter(({ branches }) => isAbout(branches, facts, projectPath));
  if (!rules.length) return undefined;
  if (isExempt(policy.exempt, facts)) return { policy, exempt: true, rules: [] };
  const asked = policy.actions.map((action) => ({
    action,
    approvers: countedApprovers(policy, action, facts),
  }));
  const verdicts = rules.flatMap((rule) => {
    const result = resultOf(rule, facts);
    return asked.map(({ action, approvers }) => ruleVerdict(policy, rule, result, action, approvers));
  });
  return { policy, exempt: false, rules: verdicts };
}

/** Violations of the policy. */
export const violationsOf = ({ rules }: Verdict): RuleVerdict[] =>
  rules.filter(({ status }) => status === 'failed' || status === 'warn');

function ruleVerdict(
  policy: ApprovalPolicy,
  { position, condition }: Rule,
  result: RuleResult,
  action: RequiredApprovals,
  approvers: string[],
): RuleVerdict {
  const isAsked = result.kind !== 'unmatched';
  const isGiven = approvers.length >= action.count;
  return {
    rule: position,
    action: action.position,
    type: condition.type === 'invalid' ? condition.named : condition.type,
    status: !isAsked || isGiven ? 'passed' : statusOf(policy, result),
    required: isAsked ? action.count : 0,
    approvers,
    error: result.kind === 'unknown' ? result.error : null,
    data: isAsked ? result.data : {},
  };
}

/** Of a rule whose approvals are not given. */
function statusOf({ failsOpen, onlyWarns }: ApprovalPolicy, { kind }: RuleResult): RuleVerdict['status'] {
  if (kind === 'running') return 'running';
  if (kind === 'unknown' && failsOpen) return 'skipped';
  return onlyWarns ? 'warn' : 'failed';
}

function resultOf(rule: Rule, facts: MergeRequestChanged): RuleResult {
  const result = conditionOf(rule, facts);
  const isLast = facts.change === 'merged';
  return result.kind === 'running' && isLast
    ? { kind: 'unknown', error: 'scan_unfinished', data: result.data }
    : result;
}

function conditionOf({ condition }: Rule, facts: MergeRequestChanged): RuleResult {
  if (condition.type === 'any_merge_request') return checkCommits(condition, facts);
  if (condition.type === 'scan_finding') return checkFindings(condition, facts);
  if (condition.type === 'license_finding') return checkLicenses(condition, facts);
  return { kind: 'unknown', error: 'invalid_rule', data: {} };
}
