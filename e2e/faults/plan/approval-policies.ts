import { stringify } from 'yaml';

/** Names of the policies that govern the merge requests of the plan. */
export const TWO_MAINTAINERS = 'Two maintainers';
export const NO_CRITICAL = 'No critical findings';

/** A policy file that asks for two maintainers who are not the author, and for one where something critical was found. */
export const approvalPolicies = (): string =>
  stringify({
    approval_policy: [
      {
        name: TWO_MAINTAINERS,
        enabled: true,
        rules: [{ type: 'any_merge_request', branch_type: 'protected', commits: 'any' }],
        actions: [maintainers(2)],
        approval_settings: { prevent_approval_by_author: true },
      },
      {
        name: NO_CRITICAL,
        enabled: true,
        rules: [
          {
            ...{ type: 'scan_finding', branch_type: 'protected', scanners: ['sast'] },
            ...{ vulnerabilities_allowed: 0, severity_levels: ['critical'] },
            vulnerability_states: ['new_needs_triage'],
          },
        ],
        actions: [maintainers(1)],
      },
    ],
  });

const maintainers = (approvals_required: number) => ({
  ...{ type: 'require_approval', approvals_required, role_approvers: ['maintainer'] },
});
