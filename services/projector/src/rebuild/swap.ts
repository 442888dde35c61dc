import pg from 'pg';
import type { Shadow } from './shadow.js';

/** What two versions of the read models have in common, and what not. */
export interface Comparison {
  table: string;
  before: { rows: number; digest: string };
  after: { rows: number; digest: string };
  same: boolean;
}

/** Tables whose rows must be the same; `kafka_offsets` says how far was read and is compared by being read up to. */
const compared = [
  'audit_events',
  'audit_event_contents',
  'log_heads',
  'namespaces',
  'projects',
  'policy_links',
  'compliance_management_frameworks',
  'compliance_controls',
  'compliance_requirements',
  'compliance_requirements_controls',
  'security_policy_requirements',
  'directory_versions',
  'project_compliance_violations',
  'project_compliance_violation_requirements',
  'project_compliance_violation_changes',
  'project_control_states',
  'project_requirement_compliance_status',
];

/** Of tables with more columns, those that follow from the topics. */
const comparedColumns: Record<string, string> = {
  project_requirement_compliance_status: 'project_id, namespace_id, compliance_requirement_id, status, since',
};

/**
 * Lets the shadow take the place of the read models, in one transaction: holds the projector, reads what is left,
 * compares, renames. Nobody sees anything but the one or the other whole.
 *
 * @param acceptDifferences go on although rows differ; what was there is then kept as `{schema}_before`
 * @returns the comparisons; swapped is false, and nothing has changed, if rows differ and that is not accepted
 */
export async function swap(
  url: string,
  schema: string,
  shadowSchema: string,
  shadow: Shadow,
  acceptDifferences: boolean,
): Promise<{ comparisons: Comparison[]; swapped: boolean }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(`LOCK TABLE ${schema}.kafka_offsets IN EXCLUSIVE MODE`);
    await shadow.readOn(await offsetsOf(client, schema));
    const comparisons: Comparison[] = [];
    for (const table of compared) comparisons.push(await compare(client, table, schema, shadowSchema));
    const same = comparisons.every((c) => c.same);
    if (!same && !acceptDifferences) {
      await client.query('ROLLBACK');
      return { comparisons, swapped: false };
    }
    await client.query(`DROP SCHEMA IF EXISTS ${schema}_before CASCADE`);
    await client.query(`ALTER SCHEMA ${schema} RENAME TO ${schema}_before`);
    await client.query(`ALTER SCHEMA ${shadowSchema} RENAME TO ${schema}`);
    await client.query(`ALTER FUNCTION ${schema}.ensure_month(date) SET search_path = ${schema}, pg_temp`);
    if (same) await client.query(`DROP SCHEMA ${schema}_before CASCADE`);
    await client.query('COMMIT');
    return { comparisons, swapped: true };
  } finally {
    await client.end();
  }
}

async function offsetsOf(client: pg.Client, schema: string): Promise<Map<string, number>> {
  const { rows } = await client.query<{ topic: string; partition: number; next_offset: string }>(
    `SELECT topic, partition, next_offset FROM ${schema}.kafka_offsets`,
  );
  return new Map(rows.map((row) => [`${row.topic}/${row.partition}`, Number(row.next_offset)]));
}

/** Compares by number and by a sum of hashes, which does not depend on the order of rows. */
async function compare(client: pg.Client, table: string, before: string, after: string): Promise<Comparison> {
  const columns = comparedColumns[table] ?? '*';
  const digest = async (schema: string) => {
    const { rows } = await client.query<{ rows: string; digest: string | null }>(
      `SELECT count(*) AS rows, sum(hashtextextended(t::text, 0)) AS digest FROM (SELECT ${columns} FROM ${schema}.${table}) t`,
    );
    return { rows: Number(rows[0]!.rows), digest: rows[0]!.digest ?? '0' };
  };
  const [old, fresh] = [await digest(before), await digest(after)];
  return { table, before: old, after: fresh, same: old.rows === fresh.rows && old.digest === fresh.digest };
}
