import {
  DirectoryOverTime,
  violationStatuses,
  type ControlFacts,
  type StateOfControl,
} from '@auditmesh/compliance';
import { noEntity, type Actor, type DirectoryEntry } from '@auditmesh/events';
import type { EntityManager } from 'typeorm';

/** Connection, or transaction, to read with. */
export type Rows = Pick<EntityManager, 'query'>;

/** A version of an entity of the directory. */
interface VersionRow {
  partition: number;
  kafka_offset: string;
  key: string;
  tenant: string;
  /** µs since the epoch. */
  micros: number;
  entry: Partial<DirectoryEntry> | null;
}

const micros = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::float8`;
const VERSION = `partition, kafka_offset, key, tenant, ${micros('valid_from')} AS micros`;
/** Levels of namespaces that are followed up. */
const MAX_LEVELS = 100;
/** Versions that are fetched at a time. */
const PAGE = 5_000;

/** The project as it is, or was when it was last there; undefined if there never was one. */
export async function latestProject(
  rows: Rows,
  projectId: number,
): Promise<{ id: number; path: string; tenant: string } | undefined> {
  const [row]: { path: string; tenant: string }[] = await rows.query(
    `SELECT entry #>> '{project,path}' AS path, tenant FROM directory_versions
     WHERE key = $1 AND entry IS NOT NULL ORDER BY valid_from DESC, kafka_offset DESC LIMIT 1`,
    [`project/${projectId}`],
  );
  return row && { id: projectId, ...row };
}

/** What the directory ever said that may decide about the project. */
export async function directoryOfProject(rows: Rows, projectId: number): Promise<DirectoryOverTime> {
  const projects = await versionsOf(rows, [`project/${projectId}`]);
  const namespaces = await namespacesAbove(rows, projects);
  const tenants = [...new Set([...projects, ...namespaces].map(({ tenant }) => tenant))];
  const frameworks = await frameworksFor(rows, tenants, projectId);
  return directoryOf([...projects, ...namespaces, ...frameworks]);
}

/** All that the directory ever said of a tenant. */
export async function directoryOfTenant(rows: Rows, tenant: string): Promise<DirectoryOverTime> {
  const directory = new DirectoryOverTime();
  let after: [number, string] = [-1, '-1'];
  for (;;) {
    const page: VersionRow[] = await rows.query(
      `SELECT ${VERSION}, entry FROM directory_versions
       WHERE tenant = $1 AND (partition, kafka_offset) > ($2, $3) ORDER BY partition, kafka_offset LIMIT ${PAGE}`,
      [tenant, ...after],
    );
    for (const row of page) apply(directory, row);
    if (page.length < PAGE) return directory;
    after = [page.at(-1)!.partition, page.at(-1)!.kafka_offset];
  }
}

/** The framework as it is, or was when it was last there; undefined if there never was one. */
export async function latestFramework(
  rows: Rows,
  frameworkId: number,
): Promise<{ id: number; name: string; tenant: string } | undefined> {
  const [row]: { name: string; tenant: string }[] = await rows.query(
    `SELECT entry #>> '{framework,name}' AS name, tenant FROM directory_versions
     WHERE key = $1 AND entry IS NOT NULL ORDER BY valid_from DESC, kafka_offset DESC LIMIT 1`,
    [`framework/${frameworkId}`],
  );
  return row && { id: frameworkId, ...row };
}

/** When the framework, or a control that a user of its tenant wrote, became what; µs since the epoch, ascending. */
export async function frameworkTimes(rows: Rows, tenant: string, frameworkId: number): Promise<number[]> {
  const found: { at: number }[] = await rows.query(
    `SELECT DISTINCT ${micros('valid_from')} AS at FROM directory_versions
     WHERE tenant = $1 AND (key = $2 OR key LIKE 'control/%') ORDER BY 1`,
    [tenant, `framework/${frameworkId}`],
  );
  return found.map(({ at }) => at);
}

/** Ids of all projects that the tenant has or had, ascending. */
export async function projectsEver(rows: Rows, tenant: string): Promise<number[]> {
  const found: { id: number }[] = await rows.query(
    `SELECT DISTINCT split_part(key, '/', 2)::float8 AS id FROM directory_versions
     WHERE tenant = $1 AND key LIKE 'project/%' ORDER BY 1`,
    [tenant],
  );
  return found.map(({ id }) => id);
}

/** What is known of each control of the projects, by project and name of the control. */
export async function controlFacts(
  rows: Rows,
  projectIds: number[],
): Promise<Map<number, Map<string, ControlFacts>>> {
  const violations: { project: number; control: string; at: number; transitions: [number, number][] }[] =
    await rows.query(
      `SELECT project_id::float8 AS project, control, ${micros('detected_at')} AS at,
         CASE WHEN transitions = 0 THEN '[]' ELSE (
           SELECT coalesce(json_agg(json_build_array(${micros('c.at')}, c.to_status) ORDER BY c.number), '[]')
           FROM project_compliance_violation_changes c WHERE c.violation_id = v.id AND c.kind = 'transition') END AS transitions
       FROM project_compliance_violations v WHERE project_id = ANY ($1)`,
      [projectIds],
    );
  const states: { project: number; control: string; at: number; state: StateOfControl }[] = await rows.query(
    `SELECT project_id::float8 AS project, control, ${micros('at')} AS at, state
     FROM project_control_states WHERE project_id = ANY ($1) ORDER BY recorded_at, kafka_offset`,
    [projectIds],
  );
  const byProject = Map.groupBy(
    [...violations.map((each) => ({ ...each, state: undefined })), ...states],
    ({ project }) => project,
  );
  return new Map([...byProject].map(([project, known]) => [project, factsByControl(known)]));
}

type KnownOfControl = { control: string; at: number } & (
  { state: StateOfControl } | { state: undefined; transitions: [number, number][] }
);

function factsByControl(known: KnownOfControl[]): Map<string, ControlFacts> {
  const byControl = Map.groupBy(known, ({ control }) => control);
  return new Map(
    [...byControl].map(([control, ofControl]) => [
      control,
      {
        states: ofControl.flatMap((each) =>
          each.state === undefined ? [] : { at: each.at, state: each.state },
        ),
        violations: ofControl.flatMap((each) =>
          each.state === undefined ? { at: each.at, transitions: each.transitions.map(transition) } : [],
        ),
      },
    ]),
  );
}

const transition = ([at, to]: [number, number]) => ({ at, to: violationStatuses[to]! });

/** All that is said of namespaces that the projects are or were in. */
async function namespacesAbove(rows: Rows, projects: VersionRow[]): Promise<VersionRow[]> {
  const found: VersionRow[] = [];
  const known = new Set<number>();
  let next = projects.flatMap(({ entry }) => entry?.project?.namespace_id ?? []);
  for (let level = 0; next.length && level < MAX_LEVELS; level++) {
    const wanted = [...new Set(next)].filter((id) => !known.has(id));
    for (const id of wanted) known.add(id);
    const versions = await versionsOf(
      rows,
      wanted.map((id) => `namespace/${id}`),
    );
    found.push(...versions);
    next = versions.flatMap(({ entry }) => entry?.namespace?.parent_id ?? []);
  }
  return found;
}

const versionsOf = (rows: Rows, keys: string[]): Promise<VersionRow[]> =>
  rows.query(`SELECT ${VERSION}, entry FROM directory_versions WHERE key = ANY ($1)`, [keys]);

/** Of the projects that a framework names, only this one is kept; there may be thousands in each of thousands of versions. */
const frameworksFor = (rows: Rows, tenants: string[], projectId: number): Promise<VersionRow[]> =>
  rows.query(
    `SELECT ${VERSION}, CASE WHEN entry IS NOT NULL THEN jsonb_set(entry, '{framework,projects}',
       CASE WHEN entry #> '{framework,projects}' @> $2::jsonb THEN $2::jsonb ELSE '[]' END) END AS entry
     FROM directory_versions WHERE tenant = ANY ($1) AND key LIKE 'framework/%'`,
    [tenants, JSON.stringify([projectId])],
  );

function directoryOf(versions: VersionRow[]): DirectoryOverTime {
  const directory = new DirectoryOverTime();
  for (const row of versions.toSorted(
    (a, b) => a.partition - b.partition || Number(a.kafka_offset) - Number(b.kafka_offset),
  ))
    apply(directory, row);
  return directory;
}

function apply(directory: DirectoryOverTime, row: VersionRow): void {
  const { key, tenant, entry, partition, kafka_offset, micros: at } = row;
  const change = { key, tenant, occurred_at: at, actor: unsaid, replaces: null, replaced_by: null };
  directory.apply(
    { ...change, entry: entry && { ...noEntity, tenant, ...entry } },
    { micros: at, partition, offset: Number(kafka_offset) },
  );
}

/** Who changed the directory decides about nothing. */
const unsaid: Actor = { id: null, type: 'system', name: null, email: null, ip: null, user_agent: null };
