import { short } from '@auditmesh/events';
import { field, type Json, type JsonObject, type Policy } from '@auditmesh/policies';
import { readAnyMergeRequest, type AnyMergeRequest } from './any-merge-request.js';
import { readBranchFilter, readBranchPairs, type BranchFilter, type BranchPair } from './branches.js';
import { readLicenseFinding, type LicenseFinding } from './license-finding.js';
import { count, numbers, texts } from './policy-values.js';
import { readScanFinding, type ScanFinding } from './scan-finding.js';

/** An approval policy in force, read. */
export interface ApprovalPolicy {
  policyProjectId: number;
  name: string;
  /** As the file has it. */
  content: JsonObject;
  rules: Rule[];
  actions: RequiredApprovals[];
  /** Whether a merge request passes where a rule cannot be evaluated. */
  failsOpen: boolean;
  /** Whether violations hold up nothing. */
  onlyWarns: boolean;
  authorsApprovalCounts: boolean;
  committersApprovalCounts: boolean;
  exempt: BranchPair[];
}

/** A condition on a merge request. */
export interface Rule {
  /** Position in the policy, from 0. */
  position: number;
  branches: BranchFilter;
  condition: AnyMergeRequest | ScanFinding | LicenseFinding | InvalidRule;
}

/** A condition of which nobody knows what it means. */
export interface InvalidRule {
  type: 'invalid';
  /** The type that it names. */
  named: string;
}

/** Approvals that a rule asks for when it matches. */
export interface RequiredApprovals {
  /** Position among the actions of the policy, from 0. */
  position: number;
  count: number;
  /** Whether anybody's approval counts, since nobody is named. */
  anybody: boolean;
  userIds: ReadonlySet<string>;
  /** In lower case. */
  usernames: ReadonlySet<string>;
  groupIds: ReadonlySet<number>;
  /** In lower case. */
  groupPaths: ReadonlySet<string>;
  roles: ReadonlySet<string>;
  customRoleIds: ReadonlySet<number>;
}

/**
 * Reads an approval policy. What has the wrong shape is ignored (the schema of policies warned of it when it was
 * pushed), but a rule of an unknown type stays, as one that cannot be evaluated.
 */
export function readApprovalPolicy(policyProjectId: number, { name, content }: Policy): ApprovalPolicy {
  const settings = field(content, 'approval_settings');
  return {
    policyProjectId,
    name,
    content,
    rules: listed(field(content, 'rules'), readRule),
    actions: listed(field(content, 'actions'), readAction),
    failsOpen: field(field(content, 'fallback_behavior'), 'fail') === 'open',
    onlyWarns: field(content, 'enforcement_type') === 'warn',
    authorsApprovalCounts: field(settings, 'prevent_approval_by_author') !== true,
    committersApprovalCounts: field(settings, 'prevent_approval_by_commit_author') !== true,
    exempt: readBranchPairs(field(content, 'bypass_settings')),
  };
}

function readRule(rule: Json, position: number): Rule {
  return { position, branches: readBranchFilter(rule), condition: readCondition(rule) };
}

function readCondition(rule: Json): Rule['condition'] {
  const type = field(rule, 'type');
  if (type === 'any_merge_request') return readAnyMergeRequest(rule);
  if (type === 'scan_finding') return readScanFinding(rule);
  if (type === 'license_finding') return readLicenseFinding(rule);
  return { type: 'invalid', named: typeof type === 'string' ? short(type) : 'unknown' };
}

/** A number of approvals that cannot be read is 1: somebody was meant to approve. */
function readAction(action: Json, position: number): RequiredApprovals | undefined {
  if (field(action, 'type') !== 'require_approval') return undefined;
  const of = <T>(read: (value: Json | undefined) => T[], ...names: string[]): T[] =>
    names.flatMap((name) => read(field(action, name)));
  const named = {
    userIds: new Set(of(numbers, 'user_approvers_ids').map(String)),
    usernames: new Set(of(texts, 'user_approvers').map((text) => text.toLowerCase())),
    groupIds: new Set(of(numbers, 'group_approvers', 'group_approvers_ids')),
    groupPaths: new Set(of(texts, 'group_approvers').map((text) => text.toLowerCase())),
    roles: new Set(of(texts, 'role_approvers')),
    customRoleIds: new Set(of(numbers, 'role_approvers')),
  };
  return {
    position,
    count: count(field(action, 'approvals_required')) ?? 1,
    anybody: Object.values(named).every(({ size }) => size === 0),
    ...named,
  };
}

function listed<T>(value: Json | undefined, read: (item: Json, position: number) => T | undefined): T[] {
  return (Array.isArray(value) ? value : []).flatMap((item, i) => read(item, i) ?? []);
}
