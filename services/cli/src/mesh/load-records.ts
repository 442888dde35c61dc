import { hash } from 'node:crypto';
import type { MergeRequestChanged, PolicyFilePushed } from '@auditmesh/events';
import { cloudEventHeaders, type OutgoingRecord } from '@auditmesh/kafka';
import { POLICY_FILE } from '../commands/policies-import.js';
import { PEOPLE, POLICY_PROJECTS, type LoadItem } from '../domain/load-mix.js';
import { actorOf, approvalOf, mergeRequestRecord, type Account } from './merge-requests.js';

/** Ids of the load's own corner of the directory. */
const NAMESPACE = 900_000;
const FIRST_PROJECT = 900_001;
const PROJECTS_PER_POLICY_PROJECT = 5;

/** The first project that a policy project governs. */
export const governedProject = (policyProject: number): number => FIRST_PROJECT + 1_000 + policyProject * 100;

/** Its policy projects and what they govern. */
export function loadDirectory(): object {
  const policyProjects = Array.from({ length: POLICY_PROJECTS }, (_, i) => FIRST_PROJECT + i);
  const governed = policyProjects.flatMap((_, i) =>
    Array.from({ length: PROJECTS_PER_POLICY_PROJECT }, (_x, j) => governedProject(i) + j),
  );
  return {
    namespaces: [{ id: NAMESPACE, path: 'load' }],
    projects: [
      ...policyProjects.map((id, i) => ({ id, path: `load/policies-${i}`, namespace: NAMESPACE })),
      ...governed.map((id) => ({ id, path: `load/project-${id}`, namespace: NAMESPACE })),
    ],
    policy_links: governed.map((project, i) => ({
      policy_project: policyProjects[Math.floor(i / PROJECTS_PER_POLICY_PROJECT)],
      project,
    })),
  };
}

/** Each push changes one policy, so it gives one event. */
export function pushRecord(
  { project, person, number }: LoadItem,
  run: string,
): OutgoingRecord<PolicyFilePushed> {
  const at = Date.now() * 1000;
  const signature = { name: `Load Person ${person}`, email: `person-${person}@load.example`, at };
  const content = `approval_policy:\n- name: Load\n  enabled: true\n  description: change ${run} ${number}\n  rules: [{type: any_merge_request, branch_type: protected, commits: any}]\n  actions: [{type: require_approval, approvals_required: ${1 + (number % 3)}}]\n`;
  const value: PolicyFilePushed = {
    push_id: `load:${run}:${number}`,
    policy_project_id: FIRST_PROJECT + project,
    file_path: POLICY_FILE,
    content,
    commit_sha: hash('sha1', content, 'hex'),
    author: signature,
    committer: signature,
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
    source: 'auditmesh-load',
    time: at,
  });
  return { key: String(value.policy_project_id), value, headers };
}

/** Everybody has approved, so it breaks no policy of the load. */
export function mergeRecord(
  { project, person, number }: LoadItem,
  run: { started: number },
): OutgoingRecord<MergeRequestChanged> {
  const occurred_at = Date.now() * 1000;
  const [author, ...others] = [0, 1, 2, 3].map((i) => account((person + i) % PEOPLE));
  return mergeRequestRecord(
    {
      // Another number in each run, since a merge is told once.
      iid: run.started * 1_000 + number,
      project_id: governedProject(project),
      change: 'merged',
      occurred_at,
      title: `Change ${number}`,
      author: actorOf(author!),
      actor: actorOf(others[0]!),
      approvals: others.map(approvalOf),
    },
    'auditmesh-load',
  );
}

const account = (person: number): Account => ({
  id: String(person),
  username: `person-${person}`,
  name: `Load Person ${person}`,
  ip: `10.9.0.${person}`,
});
