import type { PolicyEnforcementReported } from '@auditmesh/events';

/** What the platform reports of a policy of project 42 in project 70. @param more fields beyond these, or instead of them */
export const report = (
  kind: string,
  policy: string,
  more: Partial<PolicyEnforcementReported> = {},
): PolicyEnforcementReported => ({
  policy_project_id: 42,
  kind,
  policies: [{ type: 'scan_execution_policy', name: policy }],
  project_id: 70,
  project_path: null,
  occurred_at: Date.now() * 1000,
  actor: null,
  reason: null,
  bypass_type: null,
  exemption: [],
  pipeline_id: null,
  schedule_id: null,
  ref: null,
  commit_sha: null,
  merge_request: null,
  ...more,
});
