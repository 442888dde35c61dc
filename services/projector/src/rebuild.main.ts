import { SchemaRegistry } from '@auditmesh/avro';
import { createLog, kafkaClient, loadCatalog, loadConfig } from '@auditmesh/runtime';
import { ProjectorConfig } from './config.js';
import { rebuild } from './rebuild/rebuild.js';

/** Rebuilds the read models. Progress goes to standard error, the result as one JSON line to standard output. */
try {
  const config = loadConfig(ProjectorConfig);
  const client = kafkaClient('projector-rebuild', config, createLog('projector-rebuild', 'silent'));
  const result = await rebuild(client, new SchemaRegistry(config.SCHEMA_REGISTRY_URL), {
    url: config.DATABASE_URL,
    schema: config.DATABASE_SCHEMA,
    catalog: loadCatalog(config),
    acceptDifferences: process.argv.includes('--accept-differences'),
    onProgress: (records) => process.stderr.write(`${records} records\n`),
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(result.swapped ? 0 : 1);
} catch (error) {
  process.stderr.write(`The read models could not be rebuilt: ${(error as Error).message}\n`);
  process.exit(3);
}
