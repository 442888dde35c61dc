import { hash } from 'node:crypto';
import { noEntity, type DirectoryEntry, type PolicyFilePushed } from '@auditmesh/events';
import { cloudEventHeaders, type OutgoingRecord } from '@auditmesh/kafka';

/** A history of pushes, each of which changes one policy. */
export interface PolicyHistory {
  pushes: number;
  /** Policy projects that are pushed to in turn. */
  policyProjects: number;
  /** Projects that each policy applies to. */
  governed: number;
}

const POLICIES = 5;
const FIRST_POLICY_PROJECT = 100;
const FIRST_GOVERNED = 1_000;
const START = Date.UTC(2026, 0, 1) * 1000;
const SOURCE = 'platform';

/** The first push of a policy project creates five policies, each later one updates one of them. */
export const candidateCountOf = ({ pushes, policyProjects, governed }: PolicyHistory): number =>
  (pushes + policyProjects * (POLICIES - 1)) * (1 + governed);

/** One tenant: the policy projects, and the projects that all of them govern. */
export function* directoryOf(history: PolicyHistory): Generator<OutgoingRecord<DirectoryEntry>> {
  const none = { tenant: '1', ...noEntity };
  const entry = (key: string, value: Partial<DirectoryEntry>) => ({ key, value: { ...none, ...value } });
  const project = (id: number, namespace_id: number) =>
    entry(`project/${id}`, {
      project: { id, path: `acme/p${id}`, namespace_id, archived: false, personal: false, settings: '{}' },
    });
  yield entry('namespace/1', { namespace: { id: 1, path: 'acme', parent_id: null, log_shards: 1 } });
  yield entry('namespace/2', { namespace: { id: 2, path: 'acme/apps', parent_id: 1, log_shards: 1 } });
  for (let i = 0; i < history.governed; i++) yield project(FIRST_GOVERNED + i, 2);
  for (let i = 0; i < history.policyProjects; i++) {
    const id = FIRST_POLICY_PROJECT + i;
    yield project(id, 1);
    yield entry(`policy-link/namespace/2/${id}`, {
      policy_link: { policy_project_id: id, namespace_id: 2, project_id: null },
    });
  }
}

export function* pushesOf({
  pushes,
  policyProjects,
}: PolicyHistory): Generator<OutgoingRecord<PolicyFilePushed>> {
  for (let i = 0; i < pushes; i++)
    yield push(
      FIRST_POLICY_PROJECT + (i % policyProjects),
      Math.floor(i / policyProjects),
      START + i * 1_000,
    );
}

/** @param version how often the file was changed before */
function push(policyProject: number, version: number, at: number): OutgoingRecord<PolicyFilePushed> {
  const content = contentOf(version);
  const author = { name: 'Ann Lee', email: 'ann.lee@acme.example', at };
  const value: PolicyFilePushed = {
    push_id: `push ${version}`,
    policy_project_id: policyProject,
    file_path: '.gitlab/security-policies/policy.yml',
    content,
    commit_sha: hash('sha1', `${policyProject}/${version}`, 'hex'),
    author,
    committer: author,
    pusher: null,
    occurred_at: at,
    imported: false,
    author_account: null,
    merge_request: null,
    commits: [],
  };
  const id = `${policyProject}/${version}`;
  const type = 'auditmesh.policy.PolicyFilePushed';
  return {
    key: String(policyProject),
    value,
    headers: cloudEventHeaders({ id, type, source: SOURCE, time: at }),
  };
}

function contentOf(version: number): string {
  const changes = (policy: number) => Math.floor((version + POLICIES - 1 - policy) / POLICIES);
  const policies = Array.from({ length: POLICIES }, (_, i) => policyOf(i, 1 + (changes(i) % 4)));
  return `approval_policy:\n${policies.join('')}`;
}

const policyOf = (number: number, approvals: number): string => `- name: Approvals of team ${number}
  description: Nobody merges alone.
  enabled: true
  rules: [{type: any_merge_request, branch_type: protected, commits: any}]
  actions: [{type: require_approval, approvals_required: ${approvals}, role_approvers: [maintainer]}]
`;
