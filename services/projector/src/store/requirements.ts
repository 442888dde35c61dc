import { formatMicros, type Framework } from '@auditmesh/events';
import type pg from 'pg';
import { requirementRows, requirementTimes, type RequirementTimes } from '../domain/requirement-rows.js';
import { type RecordedDirectoryChange } from './directory-history.js';
import { insertRows, micros, upsertRows } from './rows.js';

const requirementColumns = {
  ...{ id: 'bigint', created_at: 'timestamptz', updated_at: 'timestamptz', tenant: 'text' },
  ...{ namespace_id: 'bigint', framework_id: 'bigint', name: 'text', description: 'text' },
  ...{ requirement_type: 'smallint', external_url: 'text', expression: 'text' },
};
const controlColumns = {
  ...{ compliance_requirement_id: 'bigint', position: 'int', control: 'text', control_type: 'smallint' },
  ...{ external_control_id: 'bigint', external_control_name: 'text', external_url: 'text' },
  ...{ ping_enabled: 'boolean', timeout_s: 'int' },
};
const policyColumns = {
  ...{
    compliance_requirement_id: 'bigint',
    policy_project_id: 'bigint',
    policy_type: 'text',
    policy_name: 'text',
  },
  ...{ created_at: 'timestamptz', updated_at: 'timestamptz', namespace_id: 'bigint' },
};

/** Frameworks by key as their table has them, for as many of the keys as it has. */
export async function storedFrameworks(
  client: pg.ClientBase,
  keys: string[],
): Promise<Map<string, Framework>> {
  if (!keys.length) return new Map();
  const { rows } = await client.query<Framework & { key: string; id: string; namespace_id: string }>(
    `SELECT key, id, namespace_id, name, description, color, projects, groups, by_default, requirements
     FROM compliance_management_frameworks WHERE key = ANY ($1)`,
    [keys],
  );
  return new Map(
    rows.map(({ key, ...row }) => [
      key,
      { ...row, id: Number(row.id), namespace_id: Number(row.namespace_id) },
    ]),
  );
}

/**
 * Writes the requirements of the frameworks as they are after the changes, which come in their order.
 *
 * @param before the frameworks by key as they were
 */
export async function writeRequirements(
  client: pg.ClientBase,
  changes: readonly RecordedDirectoryChange[],
  before: ReadonlyMap<string, Framework>,
): Promise<void> {
  const byKey = Map.groupBy(changes, ({ change }) => change.key);
  const ids = [...byKey.keys()].map((key) => Number(key.slice(key.indexOf('/') + 1)));
  const known = await timesOf(client, ids);
  const written = [...byKey].map(([key, list]) => {
    const old = before.get(key) ?? null;
    const times = requirementTimes(
      { framework: old, times: known },
      list.map(({ change, recordedAt }) => ({
        framework: change.entry?.framework ?? null,
        recordedAt: formatMicros(recordedAt * 1000),
      })),
    );
    const { tenant, entry } = list.at(-1)!.change;
    return entry?.framework ? requirementRows(tenant, entry.framework, times) : undefined;
  });
  const rows = written.filter((each) => each !== undefined);
  const requirements = lastOfEachId(rows.flatMap((each) => each.requirements));
  await clear(
    client,
    ids,
    requirements.map(({ id }) => id),
  );
  await upsertRows(client, 'compliance_requirements', requirementColumns, requirements, 'id');
  await insertRows(
    client,
    'compliance_requirements_controls',
    controlColumns,
    rows.flatMap((each) => each.controls),
    'ON CONFLICT DO NOTHING',
  );
  await insertRows(
    client,
    'security_policy_requirements',
    policyColumns,
    rows.flatMap((each) => each.policies),
    'ON CONFLICT DO NOTHING',
  );
}

/** Ids are unique in the mesh; where somebody broke that, the last framework has it. */
const lastOfEachId = <T extends { id: number }>(rows: T[]): T[] => [
  ...new Map(rows.map((row) => [row.id, row])).values(),
];

async function timesOf(
  client: pg.ClientBase,
  frameworkIds: number[],
): Promise<Map<number, RequirementTimes>> {
  const { rows } = await client.query<{ id: string; created: string; updated: string }>(
    `SELECT id, ${micros('created_at')} AS created, ${micros('updated_at')} AS updated
     FROM compliance_requirements WHERE framework_id = ANY ($1)`,
    [frameworkIds],
  );
  return new Map(
    rows.map(({ id, created, updated }) => [
      Number(id),
      { created_at: formatMicros(Number(created)), updated_at: formatMicros(Number(updated)) },
    ]),
  );
}

/** Takes out what the frameworks had, and the parts of what is written again. */
async function clear(client: pg.ClientBase, frameworkIds: number[], requirementIds: number[]): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    'DELETE FROM compliance_requirements WHERE framework_id = ANY ($1) RETURNING id',
    [frameworkIds],
  );
  const ids = [...rows.map(({ id }) => id), ...requirementIds];
  for (const table of ['compliance_requirements_controls', 'security_policy_requirements'])
    await client.query(`DELETE FROM ${table} WHERE compliance_requirement_id = ANY ($1)`, [ids]);
}
