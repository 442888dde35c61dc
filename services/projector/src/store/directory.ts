import type { DirectoryChanged } from '@auditmesh/events';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { Database } from './database.js';
import { Offsets } from './offsets.js';

export interface DirectoryBatch {
  group: string;
  topic: string;
  partition: number;
  expectedOffset: number | undefined;
  nextOffset: number;
  changes: DirectoryChanged[];
}

/** Writes the directory as people read it. */
@Injectable()
export class DirectoryTables {
  constructor(private readonly database: Database) {}

  /** Makes the newest change per entity and the offset durable in one transaction. @throws OffsetMoved, PostgresUnavailable */
  async write(batch: DirectoryBatch): Promise<void> {
    const newest = [...new Map(batch.changes.map((change) => [change.key, change])).values()];
    await this.database.transaction(async (client) => {
      await Offsets.move(
        client,
        batch.group,
        batch.topic,
        batch.partition,
        batch.expectedOffset,
        batch.nextOffset,
      );
      await remove(
        client,
        newest.filter(({ entry }) => entry === null).map(({ key }) => key),
      );
      await upsertNamespaces(client, newest);
      await upsertProjects(client, newest);
      await upsertLinks(client, newest);
    });
  }
}

async function remove(client: pg.ClientBase, keys: string[]): Promise<void> {
  for (const table of ['namespaces', 'projects', 'policy_links']) {
    if (keys.length) await client.query(`DELETE FROM ${table} WHERE key = ANY ($1)`, [keys]);
  }
}

async function upsertNamespaces(client: pg.ClientBase, changes: DirectoryChanged[]): Promise<void> {
  const rows = changes.flatMap(({ key, tenant, entry }) =>
    entry?.namespace ? [{ key, tenant, ...entry.namespace }] : [],
  );
  await upsert(
    client,
    'namespaces',
    { key: 'text', id: 'bigint', tenant: 'text', path: 'text', parent_id: 'bigint' },
    rows,
  );
}

async function upsertProjects(client: pg.ClientBase, changes: DirectoryChanged[]): Promise<void> {
  const rows = changes.flatMap(({ key, tenant, entry }) =>
    entry?.project ? [{ key, tenant, ...entry.project }] : [],
  );
  const columns = {
    key: 'text',
    id: 'bigint',
    tenant: 'text',
    path: 'text',
    namespace_id: 'bigint',
    archived: 'boolean',
    personal: 'boolean',
    settings: 'jsonb',
  };
  await upsert(client, 'projects', columns, rows);
}

async function upsertLinks(client: pg.ClientBase, changes: DirectoryChanged[]): Promise<void> {
  const rows = changes.flatMap(({ key, tenant, entry }) =>
    entry?.policy_link ? [{ key, tenant, ...entry.policy_link }] : [],
  );
  const columns = {
    key: 'text',
    tenant: 'text',
    policy_project_id: 'bigint',
    namespace_id: 'bigint',
    project_id: 'bigint',
  };
  await upsert(client, 'policy_links', columns, rows);
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
    names.map((name) => rows.map((row) => row[name] ?? null)),
  );
}
