import { loadConfig } from '@auditmesh/runtime';
import { DatabaseConfig } from './config.js';
import { migrate } from './store/migrate.js';

try {
  const run = await migrate(loadConfig(DatabaseConfig).DATABASE_URL);
  process.stdout.write(run.length ? `Migrated: ${run.join(', ')}\n` : 'Nothing to migrate.\n');
} catch (error) {
  process.stderr.write(`The database could not be migrated: ${(error as Error).message}\n`);
  process.exit(1);
}
