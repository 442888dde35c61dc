import type { DirectoryChanged } from '@auditmesh/events';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { Database } from './database.js';
import { Offsets, type OffsetRange } from './offsets.js';

/** Writes the directory as people read it. */
@Injectable()
export class DirectoryTables {
  constructor(private readonly database: Database) {}

  /** Makes the newest change per entity and the offset durable in one transaction. @throws OffsetMoved, PostgresUnavailable */
  async write(range: OffsetRange, changes: DirectoryChanged[]): Promise<void> {
    const newest = [...new Map(changes.map((change) => [change.key, change])).values()];
    await this.database.transaction(async (client) => {
      await Offsets.move(client, range);
      await remove(
        client,
        newest.filter(({ entry }) => entry === null).map(({ key }) => key),
      );
      await replace(client, newest);
    });
  }
}

/** By family of the entry, its table and the types of its columns. */
const tables = {
  namespace: ['namespaces', { id: 'bigint', path: 'text', parent_id: 'bigint', log_shards: 'int' }],
  project: [
    'projects',
    {
      id: 'bigint',
      path: 'text',
      namespace_id: 'bigint',
      archived: 'boolean',
      personal: 'boolean',
      settings: 'jsonb',
    },
  ],
  policy_link: [
    'policy_links',
    { policy_project_id: 'bigint', namespace_id: 'bigint', project_id: 'bigint' },
  ],
  framework: [
    'compliance_management_frameworks',
    { id: 'bigint', namespace_id: 'bigint', name: 'text', projects: 'jsonb', requirements: 'jsonb' },
  ],
} as const;

async function replace(client: pg.ClientBase, changes: DirectoryChanged[]): Promise<void> {
  for (const [family, [table, columns]] of Object.entries(tables)) {
    const rows = changes.flatMap(({ key, tenant, entry }) => {
      const entity = entry?.[family as keyof typeof tables];
      return entity ? [{ key, tenant, ...entity }] : [];
    });
    await upsert(client, table, { key: 'text', tenant: 'text', ...columns }, rows);
  }
}

async function remove(client: pg.ClientBase, keys: string[]): Promise<void> {
  if (!keys.length) return;
  for (const [table] of Object.values(tables))
    await client.query(`DELETE FROM ${table} WHERE key = ANY ($1)`, [keys]);
}

/** Inserts the rows or replaces those of the same key. @param columns by name their types */
async function upsert(
  client: pg.ClientBase,
  table: string,
  columns: Record<string, string>,
  rows: Record<string, unknown>[],
): Promise<void> {
  if (!rows.length) return;
  const names = Object.keys(columns);
  const arrays = Object.values(columns).map((type, i) => `$${i + 1}::${type}[]`);
  const updates = names.filter((n) => n !== 'key').map((n) => `${n} = excluded.${n}`);
  await client.query(
    `INSERT INTO ${table} (${names.join(', ')}) SELECT * FROM unnest(${arrays.join(', ')})
     ON CONFLICT (key) DO UPDATE SET ${updates.join(', ')}`,
    names.map((name) =>
      rows.map((row) => (columns[name] === 'jsonb' ? jsonText(row[name]) : (row[name] ?? null))),
    ),
  );
}

/** Settings come as JSON text, lists as values. */
const jsonText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
