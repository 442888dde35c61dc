import type { Approval, MergeRequestChanged } from '@auditmesh/events';

const nobody = { id: null, type: 'user', name: null, email: null, ip: null, user_agent: null };

/** Merge request 7 of project 70 into `main`, its default and protected branch, by Ann, who is 17. @param change fields instead of these */
export const sampleMergeRequest = (change: Partial<MergeRequestChanged> = {}): MergeRequestChanged => ({
  id: 8_001,
  iid: 7,
  project_id: 70,
  project_path: null,
  sequence: 1,
  change: 'updated',
  occurred_at: Date.UTC(2026, 10, 20, 10) * 1000,
  actor: null,
  author: { ...nobody, id: '17', name: 'Ann Lee', email: 'ann@acme.example' },
  title: 'Round amounts to cents',
  description: null,
  source_branch: 'round-amounts',
  target_branch: 'main',
  target_branch_default: true,
  target_branch_protected: true,
  commits: [
    {
      sha: '90ab12cd34ef56a7b8c9d0e1f2a3b4c5d6e7f809',
      author_id: null,
      author_email: 'ann@acme.example',
      committer_id: null,
      committer_email: 'ann@acme.example',
      signed: true,
    },
  ],
  approvals: [],
  required_approvals: null,
  scans: [],
  findings: [],
  licenses: null,
  ...change,
});

/** The approval of somebody who is a maintainer, by the name that they sign in with. @param more fields instead of the usual ones */
export const sampleApproval = (username: string, more: Partial<Approval> = {}): Approval => ({
  user: { ...nobody, id: `id-${username}`, email: `${username}@acme.example` },
  username,
  role: 'maintainer',
  custom_role_id: null,
  group_ids: [],
  group_paths: [],
  approved_at: null,
  ...more,
});
