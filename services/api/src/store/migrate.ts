import { DataSource } from 'typeorm';
import { Ops1795219200001 } from './1-ops.js';
import { Access1795392000002 } from './2-access.js';
import { ComplianceIds1795478400003 } from './3-compliance-ids.js';
import { ExternalControls1795478400004 } from './4-external-controls.js';

/**
 * Brings the schema `ops` to the version of this code; does nothing if it is there.
 *
 * @returns names of the migrations that were run
 */
export async function migrate(url: string): Promise<string[]> {
  const source = await new DataSource({
    type: 'postgres',
    url,
    schema: 'ops',
    migrations: [
      Ops1795219200001,
      Access1795392000002,
      ComplianceIds1795478400003,
      ExternalControls1795478400004,
    ],
    migrationsTableName: 'schema_migrations',
  }).initialize();
  try {
    await source.query('CREATE SCHEMA IF NOT EXISTS ops');
    const run = await source.runMigrations({ transaction: 'each' });
    return run.map(({ name }) => name);
  } finally {
    await source.destroy();
  }
}
