import { hash } from 'node:crypto';
import type { PolicyFilePushed } from '@auditmesh/events';
import { cloudEventHeaders, type OutgoingRecord } from '@auditmesh/kafka';

const SOURCE = 'platform';

/** A push of a file with that many policies, at most ten, each for every governed project. @param at when, µs since the epoch */
export function policyPush(
  policyProject: number,
  policies: number,
  at: number,
): OutgoingRecord<PolicyFilePushed> {
  const content = contentOf(policies);
  const sha = hash('sha1', content, 'hex');
  const author = { name: 'Ann Lee', email: 'ann.lee@acme.example', at };
  const value: PolicyFilePushed = {
    push_id: `git:${sha}`,
    policy_project_id: policyProject,
    file_path: '.gitlab/security-policies/policy.yml',
    content,
    commit_sha: sha,
    author,
    committer: author,
    pusher: null,
    occurred_at: at,
    imported: false,
    author_account: null,
    merge_request: null,
    commits: [],
  };
  const headers = cloudEventHeaders({
    id: value.push_id,
    type: 'auditmesh.policy.PolicyFilePushed',
    source: SOURCE,
    time: at,
  });
  return { key: String(policyProject), value, headers };
}

/** Half of them for approvals and half for scans, since a file may have only a few of one type. */
function contentOf(policies: number): string {
  const numbers = Array.from({ length: policies }, (_, i) => i + 1);
  const approvals = numbers.filter((number) => number % 2).map(approvalPolicy);
  const scans = numbers.filter((number) => number % 2 === 0).map(scanPolicy);
  return `approval_policy:\n${approvals.join('')}scan_execution_policy:\n${scans.join('')}`;
}

const approvalPolicy = (number: number): string => `- name: Approvals of team ${number}
  description: Nobody merges alone.
  enabled: true
  rules: [{type: any_merge_request, branch_type: protected, commits: any}]
  actions: [{type: require_approval, approvals_required: ${1 + (number % 3)}, role_approvers: [maintainer]}]
`;

const scanPolicy = (number: number): string => `- name: Scans of team ${number}
  description: No secret in any branch.
  enabled: true
  rules: [{type: pipeline, branch_type: all}]
  actions: [{scan: secret_detection}]
`;
