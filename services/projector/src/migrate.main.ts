import { loadConfig } from '@auditmesh/runtime';
import { DatabaseConfig } from './config.js';
import { migrate } from './migrations/data-source.js';

try {
  const { DATABASE_URL, DATABASE_SCHEMA } = loadConfig(DatabaseConfig);
  const run = await migrate(DATABASE_URL, DATABASE_SCHEMA);
  process.stdout.write(run.length ? `Migrated: ${run.join(', ')}\n` : 'Nothing to migrate.\n');
} catch (error) {
  process.stderr.write(`The database could not be migrated: ${(error as Error).message}\n`);
  process.exit(1);
}
