import { DataSource } from 'typeorm';
import { Trail1795219200000 } from './1-trail.js';
import { NoIdIndex1795305600000 } from './2-no-id-index.js';
import { SecretAccessIndexes1795392000000 } from './3-secret-access-indexes.js';
import { Compliance1795478400000 } from './4-compliance.js';
import { ViolationLogs1795564800000 } from './5-violation-logs.js';

/** The database as the owner of the schema, who alone migrates. */
export const migrationSource = (url: string, schema: string): DataSource =>
  new DataSource({
    type: 'postgres',
    url,
    schema,
    extra: { options: `-c search_path=${schema} -c timezone=UTC` },
    migrations: [
      Trail1795219200000,
      NoIdIndex1795305600000,
      SecretAccessIndexes1795392000000,
      Compliance1795478400000,
      ViolationLogs1795564800000,
    ],
    migrationsTableName: 'schema_migrations',
  });

/**
 * Brings the schema to the version of this code; does nothing if it is there.
 *
 * @returns names of the migrations that were run
 */
export async function migrate(url: string, schema: string): Promise<string[]> {
  const source = await migrationSource(url, schema).initialize();
  try {
    await source.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    const run = await source.runMigrations({ transaction: 'each' });
    return run.map(({ name }) => name);
  } finally {
    await source.destroy();
  }
}
