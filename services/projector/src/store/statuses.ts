import { complianceStatuses } from '@auditmesh/compliance';
import { formatMicros } from '@auditmesh/events';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { ProjectStatuses, type StatusRow, type StatusRows, type Touch } from '../domain/status-rows.js';
import { complianceFacts } from './compliance-facts.js';
import { DirectoryHistory } from './directory-history.js';
import { arraysOf, insertRows, micros, unnested } from './rows.js';

/** Projects whose facts are in memory at a time. */
const PROJECTS_AT_ONCE = 1_000;

const key = { project_id: 'bigint', compliance_requirement_id: 'bigint' };
type Row = Record<string, unknown>;
const columns = { ...key, namespace_id: 'bigint', status: 'smallint', since: 'timestamptz' };

/** Keeps `project_requirement_compliance_status` up to date with the facts. */
@Injectable()
export class Statuses {
  constructor(private readonly history: DirectoryHistory) {}

  /** Works out the statuses of these projects, in the transaction that wrote what touches them. */
  async refresh(client: pg.ClientBase, touches: ReadonlyMap<number, Touch>): Promise<void> {
    const directory = await this.history.read(client);
    const ids = [...touches.keys()].sort((a, b) => a - b);
    for (let at = 0; at < ids.length; at += PROJECTS_AT_ONCE) {
      const some = ids.slice(at, at + PROJECTS_AT_ONCE);
      const before = await lockRows(client, some);
      const projects = new Map(
        some.map((id) => [
          id,
          new ProjectStatuses(directory, id, touches.get(id)!, before.get(id) ?? new Map()),
        ]),
      );
      await replace(client, before, await workOut(client, projects));
    }
  }
}

async function workOut(
  client: pg.ClientBase,
  projects: ReadonlyMap<number, ProjectStatuses>,
): Promise<Map<number, StatusRows>> {
  const after = new Map<number, StatusRows>();
  const left = new Map<number, ProjectStatuses>();
  for (const [id, project] of projects) {
    const rows = project.withoutFacts();
    if (rows) after.set(id, rows);
    else left.set(id, project);
  }
  if (!left.size) return after;
  const facts = await complianceFacts(
    client,
    [...left.values()].map((project) => project.question()),
  );
  for (const [id, project] of left) after.set(id, project.withFacts(facts.get(id)!));
  return after;
}

/**
 * The rows of the projects. One row of each is locked, in the order of projects, so that writers on two partitions, which
 * a project has while it changes its tenant, come one after the other and never wait for each other in a circle.
 */
async function lockRows(client: pg.ClientBase, ids: number[]): Promise<Map<number, Map<number, StatusRow>>> {
  const table = 'project_requirement_compliance_status';
  await client.query(
    `SELECT count(*) FROM unnest($1::bigint[]) q (project), LATERAL (SELECT 1 FROM ${table}
     WHERE project_id = q.project ORDER BY compliance_requirement_id LIMIT 1 FOR UPDATE) s`,
    [ids],
  );
  const { rows } = await client.query<{ p: string; r: string; n: string; status: number; since: string }>(
    `SELECT project_id AS p, compliance_requirement_id AS r, namespace_id AS n, status, ${micros('since')} AS since
     FROM ${table} WHERE project_id = ANY ($1)`,
    [ids],
  );
  const byProject = new Map<number, Map<number, StatusRow>>();
  for (const { p, r, n, status, since } of rows) {
    const known = byProject.get(Number(p)) ?? new Map<number, StatusRow>();
    byProject.set(Number(p), known);
    known.set(Number(r), {
      namespaceId: Number(n),
      status: complianceStatuses[status]!,
      since: Number(since),
    });
  }
  return byProject;
}

/** Writes what differs, and nothing else. */
async function replace(
  client: pg.ClientBase,
  before: ReadonlyMap<number, StatusRows>,
  after: ReadonlyMap<number, StatusRows>,
): Promise<void> {
  const [fresh, changed, gone]: [Row[], Row[], Row[]] = [[], [], []];
  for (const [projectId, rows] of after) {
    const old = before.get(projectId);
    for (const [id, row] of rows) {
      const known = old?.get(id);
      if (!known) fresh.push(stored(projectId, id, row));
      else if (!same(known, row)) changed.push(stored(projectId, id, row));
    }
    for (const id of old?.keys() ?? [])
      if (!rows.has(id)) gone.push({ project_id: projectId, compliance_requirement_id: id });
  }
  const table = 'project_requirement_compliance_status';
  const these = 's.project_id = n.project_id AND s.compliance_requirement_id = n.compliance_requirement_id';
  await insertRows(client, table, columns, fresh);
  if (changed.length)
    await client.query(
      `UPDATE ${table} s SET namespace_id = n.namespace_id, status = n.status, since = n.since, updated_at = now()
       FROM ${unnested(columns)} n (${Object.keys(columns).join(', ')}) WHERE ${these}`,
      arraysOf(columns, changed),
    );
  if (gone.length)
    await client.query(
      `DELETE FROM ${table} s USING ${unnested(key)} n (${Object.keys(key).join(', ')}) WHERE ${these}`,
      arraysOf(key, gone),
    );
}

const stored = (projectId: number, id: number, { namespaceId, status, since }: StatusRow): Row => ({
  ...{ project_id: projectId, compliance_requirement_id: id, namespace_id: namespaceId },
  ...{ status: complianceStatuses.indexOf(status), since: formatMicros(since) },
});

const same = (one: StatusRow, other: StatusRow): boolean =>
  one.namespaceId === other.namespaceId && one.status === other.status && one.since === other.since;
