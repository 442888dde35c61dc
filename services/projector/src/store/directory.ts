import type { DirectoryChanged, Framework } from '@auditmesh/events';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { projectsConcerned, type FrameworkVersions } from '../domain/concerned-projects.js';
import { lockCompliance } from './compliance-lock.js';
import { Database } from './database.js';
import { DirectoryHistory, type RecordedDirectoryChange } from './directory-history.js';
import { Offsets, type OffsetRange } from './offsets.js';
import { storedFrameworks, writeRequirements } from './requirements.js';
import { upsertRows } from './rows.js';
import { Statuses } from './statuses.js';

/** Writes the directory as people read it, its history, and what follows for statuses. */
@Injectable()
export class DirectoryTables {
  constructor(
    private readonly database: Database,
    private readonly history: DirectoryHistory,
    private readonly statuses: Statuses,
  ) {}

  /** Makes the newest change per entity, all its versions, and the offset durable in one transaction. @throws OffsetMoved, PostgresUnavailable */
  async write(range: OffsetRange, changes: readonly RecordedDirectoryChange[]): Promise<void> {
    const newest = [...new Map(changes.map(({ change }) => [change.key, change])).values()];
    const ofFrameworks = changes.filter(({ change }) => change.key.startsWith('framework/'));
    await this.database.transaction(async (client) => {
      await lockCompliance(client, 'alone');
      const keys = newest.map(({ key }) => key);
      const frameworks = await storedFrameworks(client, [
        ...new Set(ofFrameworks.map(({ change }) => change.key)),
      ]);
      const versions = versionsOf(ofFrameworks, frameworks);
      const before = projectsConcerned(await this.history.read(client), keys, versions);

      await Offsets.move(client, range);
      await this.history.add(client, changes);
      await writeRequirements(client, ofFrameworks, frameworks);
      await remove(
        client,
        newest.filter(({ entry }) => entry === null).map(({ key }) => key),
      );
      await replace(client, newest);

      const after = projectsConcerned(await this.history.read(client), keys, versions);
      const concerned = [...before, ...after].map(
        (id) => [id, { from: -Infinity, failing: undefined }] as const,
      );
      await this.statuses.refresh(client, new Map(concerned));
    });
  }
}

function versionsOf(
  changes: readonly RecordedDirectoryChange[],
  before: ReadonlyMap<string, Framework>,
): FrameworkVersions[] {
  const byKey = Map.groupBy(changes, ({ change }) => change.key);
  return [...byKey].map(([key, list]) => [
    before.get(key) ?? null,
    ...list.map(({ change }) => change.entry?.framework ?? null),
  ]);
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
    {
      ...{ id: 'bigint', namespace_id: 'bigint', name: 'text', description: 'text', color: 'text' },
      ...{ projects: 'jsonb', groups: 'jsonb', by_default: 'boolean', requirements: 'jsonb' },
    },
  ],
  control: ['compliance_controls', { namespace_id: 'bigint', name: 'text', definition: 'text' }],
} as const;

async function replace(client: pg.ClientBase, changes: DirectoryChanged[]): Promise<void> {
  for (const [family, [table, columns]] of Object.entries(tables)) {
    const rows = changes.flatMap(({ key, tenant, entry }) => {
      const entity = entry?.[family as keyof typeof tables];
      return entity ? [{ key, tenant, ...entity }] : [];
    });
    await upsertRows(client, table, { key: 'text', tenant: 'text', ...columns }, rows, 'key');
  }
}

async function remove(client: pg.ClientBase, keys: string[]): Promise<void> {
  if (!keys.length) return;
  for (const [table] of Object.values(tables))
    await client.query(`DELETE FROM ${table} WHERE key = ANY ($1)`, [keys]);
}
