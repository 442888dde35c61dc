import { hash } from 'node:crypto';
import type { AuditEvent } from '@auditmesh/events';
import { below } from './random.ts';

/** What differs from type to type. */
export type Details = Pick<AuditEvent, 'type' | 'target' | 'message'> &
  Partial<Pick<AuditEvent, 'attributes' | 'policy_change' | 'consolidation'>>;

/** Types by how often they occur among a hundred. */
const mix: [share: number, details: (number: number, project: number, at: number) => Details][] = [
  [40, secretRead],
  [25, mergeRequestMerged],
  [15, memberAdded],
  [10, settingsUpdated],
  [10, policyUpdated],
];

/** Details of the event with this number. @param at when it occurred, µs since the epoch */
export function detailsOf(number: number, project: number, at: number, random: () => number): Details {
  let left = below(100, random);
  for (const [share, details] of mix) {
    if (left < share) return details(number, project, at);
    left -= share;
  }
  throw new Error('The shares of the types do not add up to a hundred.');
}

function secretRead(number: number, project: number): Details {
  const path = `kv/acme/service-${project}/database-${number % 6}`;
  return {
    type: 'secret_read',
    target: { type: 'secret', id: path, name: `database-${number % 6}` },
    message: `Read secret ${path}`,
    attributes: JSON.stringify({
      request_id: `b7c1${number.toString(16).padStart(12, '0')}`,
      mount: 'kv/acme',
      version: 1 + (number % 9),
      access: 'read',
      policy: `service-${project}-read`,
      client_token_accessor: `hmac-sha256:${hash('md5', String(number), 'hex')}`,
      lease_seconds: 3600,
    }),
  };
}

function mergeRequestMerged(number: number, project: number): Details {
  const iid = number % 5_000;
  return {
    type: 'merge_request_merged',
    target: { type: 'merge_request', id: `${project}!${iid}`, name: `Speed up the import, part ${iid}` },
    message: `Merged merge request !${iid}`,
    attributes: JSON.stringify({
      iid,
      source_branch: `feature/import-${iid}`,
      target_branch: 'main',
      approvals: 1 + (number % 3),
      approvers: [1_000 + (number % 97), 1_000 + (number % 89)],
      squash: number % 2 === 0,
      merge_commit_sha: hash('sha1', String(number), 'hex'),
    }),
  };
}

function memberAdded(number: number): Details {
  return {
    type: 'member_added',
    target: { type: 'user', id: String(number), name: `Member ${number} Surname` },
    message: `Added member Member ${number} Surname as developer`,
    attributes: JSON.stringify({ role: 'developer', access_level: 30, expires_at: null, invited_by: 'link' }),
  };
}

function settingsUpdated(_number: number, project: number): Details {
  return {
    type: 'project_settings_updated',
    target: { type: 'project', id: String(10_000 + project), name: `service-${project}` },
    message: 'Changed whether the author of a merge request may approve it from true to false',
    attributes: JSON.stringify({
      setting: 'merge_requests_author_approval',
      from: true,
      to: false,
      inherited: false,
      changed_in: 'settings/merge_requests',
    }),
  };
}

function policyUpdated(number: number, project: number, at: number): Details {
  const name = `Approvals of team ${project % 60}`;
  const sha = hash('sha1', String(number), 'hex');
  const author = {
    name: `Person ${project % 400} Surname`,
    email: `person.${project % 400}@acme.example`,
    at,
  };
  return {
    type: 'security_policy_update',
    target: { type: 'security_policy', id: `approval_policy/${name}`, name },
    message: `Updated security policy with the name: "${name}"`,
    consolidation: {
      key: `42/git:${sha}/update/approval_policy/${name}`,
      affected_projects_count: 1 + (number % 300),
      affected_projects_sample: Array.from({ length: 10 }, (_, i) => String(10_000 + project + i)),
      complete: true,
      missing: 0,
      amends: null,
      affected_projects: null,
    },
    policy_change: {
      policy_type: 'approval_policy',
      policy_name: name,
      commit_sha: sha,
      push_id: `git:${sha}`,
      committer: author,
      pusher: null,
      diff: [{ path: '/actions/0/approvals_required', before: '1', after: '2' }],
      rules: { created: [], updated: [0], deleted: [] },
      renamed_from: null,
      renamed_to: null,
      warnings: [],
      unresolved: false,
      merge_request: null,
    },
  };
}
