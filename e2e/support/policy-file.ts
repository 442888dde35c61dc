import { stringify } from 'yaml';

/** A policy that asks for approvals. @param more fields beyond the usual ones, or instead of them */
export const approval = (name: string, more: object = {}) => ({
  name,
  enabled: true,
  rules: [{ type: 'any_merge_request', branch_type: 'protected', commits: 'any' }],
  actions: [approvals(1)],
  ...more,
});

export const approvals = (count: number) => ({
  type: 'require_approval',
  approvals_required: count,
  role_approvers: ['maintainer'],
});

/** The text of a policy file with these approval policies. */
export const policyFile = (...policies: object[]): string => stringify({ approval_policy: policies });
