import { randomUUID } from 'node:crypto';
import { sampleApproval } from '@auditmesh/testing';
import { MergeRequest } from './merge-request.js';
import type { TestMesh } from './test-mesh.js';

/** What people are shown of a violation. */
export interface ViolationJson {
  id: string;
  status: string;
  control: string;
  detected_at: string;
  project: { id: number; path: string };
  requirements: { framework_id: number; requirement_id: number; requirement_name: string }[];
  expression: string;
  values: Record<string, unknown>;
  audit_event: { id: string; type: string; url: string };
  history: { from: string | null; to: string; reason: string | null; automatic: boolean }[];
}

/** How a project stands. */
export interface ComplianceJson {
  at: string;
  frameworks: {
    id: number;
    name: string;
    requirements: {
      id: number;
      name: string;
      status: string;
      since: string;
      open_violations: number;
      controls: { name: string; status: string; since: string }[];
    }[];
  }[];
}

/** Wrote the change, and committed it. */
const AUTHOR = '17';
let iid = 0;

const approvalOf = (username: string) =>
  username === 'ann'
    ? sampleApproval('ann', { user: { ...sampleApproval('ann').user, id: AUTHOR } })
    : sampleApproval(username);

/**
 * Merges a merge request of the project, which is told of on Kafka; resolves when all of the mesh has heard of it.
 *
 * @param approvers by the names that they sign in with; ann is the author and the committer
 * @returns id of the audit event
 */
export async function merge(mesh: TestMesh, project: number, approvers = ['ben', 'eve']): Promise<string> {
  const events = await new MergeRequest(mesh, ++iid, project).tell('merged', {
    approvals: approvers.map(approvalOf),
  });
  return events.find(({ type }) => type === 'merge_request_merged')!.id;
}

/** Something happens in the project; resolves when all of the mesh has heard of it. @returns id of the event */
export async function post(
  mesh: TestMesh,
  project: number,
  type: string,
  what: { target: object; message: string; details?: object },
): Promise<string> {
  const { status, body } = await mesh.call<{ id: string }>(
    'POST',
    '/api/v1/audit-events',
    {
      type,
      actor: { type: 'user', id: '17', name: 'Ann Lee', email: 'ann@example.com' },
      scope: { type: 'project', id: String(project) },
      ...what,
    },
    { 'idempotency-key': randomUUID() },
  );
  if (status !== 202) throw new Error(`The event was not taken: ${JSON.stringify(body)}`);
  await mesh.settled();
  return body.id;
}

/** Violations that the query finds, the oldest first, at most 1,000. */
export async function violations(mesh: TestMesh, query: string): Promise<ViolationJson[]> {
  const { body } = await mesh.call<{ items: ViolationJson[] }>(
    'GET',
    `/api/v1/violations?limit=1000&${query}`,
  );
  return body.items.toReversed();
}

/** Names of the controls that the event broke, in the order of the alphabet. */
export async function brokenBy(mesh: TestMesh, eventId: string, project: number): Promise<string[]> {
  const all = await violations(mesh, `project=${project}`);
  return all.flatMap(({ audit_event, control }) => (audit_event.id === eventId ? control : [])).toSorted();
}

/** How the project stands, or stood at a time. */
export async function compliance(mesh: TestMesh, project: number, at = ''): Promise<ComplianceJson> {
  const query = at && `?at=${encodeURIComponent(at)}`;
  return (await mesh.call<ComplianceJson>('GET', `/api/v1/projects/${project}/compliance${query}`)).body;
}

/** Asks for a change of the status of a violation, and waits until it can be seen. @returns status of the answer */
export async function transition(
  mesh: TestMesh,
  { id }: { id: string },
  to: string,
  reason?: string,
): Promise<number> {
  const body = { to, ...(reason === undefined ? {} : { reason }) };
  const path = `/api/v1/violations/${id}/transitions?wait=projected`;
  const answer = await mesh.call('POST', path, body, { 'idempotency-key': randomUUID() });
  return answer.status;
}
