import type { SchemaRegistry } from '@auditmesh/avro';
import type { Catalog } from '@auditmesh/events';
import type { KafkaClient } from '@auditmesh/kafka';
import pg from 'pg';
import { migrate } from '../migrations/data-source.js';
import { Database } from '../store/database.js';
import { Shadow } from './shadow.js';
import { swap, type Comparison } from './swap.js';

export interface RebuildOptions {
  /** URL of the database, as the owner of the schema. */
  url: string;
  schema: string;
  /** The one that the projector has, so that the same events are refused. */
  catalog: Catalog;
  acceptDifferences: boolean;
  onProgress?: (records: number) => void;
}

/** The read models were written again. */
export interface Rebuilt {
  records: number;
  comparisons: Comparison[];
  /** Whether the new ones took the place of the old ones. */
  swapped: boolean;
}

/** Writes the read models again from the topics, beside those in use, and lets them take their place. The mesh goes on meanwhile. */
export async function rebuild(
  client: KafkaClient,
  registry: SchemaRegistry,
  options: RebuildOptions,
): Promise<Rebuilt> {
  const { url, schema, catalog, acceptDifferences, onProgress } = options;
  const shadowSchema = `${schema}_shadow`;
  await execute(url, `DROP SCHEMA IF EXISTS ${shadowSchema} CASCADE`);
  await migrate(url, shadowSchema);
  const database = new Database(url, shadowSchema);
  let records = 0;
  try {
    const shadow = await Shadow.open(client, registry, database, catalog);
    await shadow.readOn(undefined, (count) => onProgress?.((records += count)));
    return { records, ...(await swap(url, schema, shadowSchema, shadow, acceptDifferences)) };
  } finally {
    await database.onApplicationShutdown();
    await execute(url, `DROP SCHEMA IF EXISTS ${shadowSchema} CASCADE`);
  }
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
