import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { KafkaClient, readPartition } from '@auditmesh/kafka';
import pg from 'pg';

/** Something that was kept, and where. */
export interface Kept {
  where: string;
  bytes: Buffer;
}

/** All records of all topics of the prefix, dead letters too: keys, values and headers. */
export async function recordsKept(brokers: string, prefix: string): Promise<Kept[]> {
  const client = new KafkaClient({ brokers: brokers.split(','), clientId: 'everything-kept' });
  const admin = client.admin();
  await admin.connect();
  const names = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
  const { topics } = await admin.fetchTopicMetadata({ topics: names });
  await admin.disconnect();
  const kept: Kept[] = [];
  for (const { name, partitions } of topics)
    for (const { partitionId } of partitions)
      for await (const records of readPartition(client, name, partitionId))
        for (const { key, headers, valueBytes } of records) {
          const where = `topic ${name.slice(prefix.length)}`;
          kept.push({ where, bytes: Buffer.from(`${key} ${JSON.stringify(headers)}`) });
          if (valueBytes) kept.push({ where, bytes: valueBytes });
        }
  return kept;
}

/** All rows of all tables, as text. */
export async function rowsKept(databaseUrl: string): Promise<Kept[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const kept: Kept[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
      kept.push(...rows.map(({ text }) => ({ where: `table ${name}`, bytes: Buffer.from(text) })));
    }
    return kept;
  } finally {
    await client.end();
  }
}

/** All files of the folder and those below it. */
export function filesKept(folder: string): Kept[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ where: `file ${path}`, bytes: readFileSync(path) }));
}

/** Where the text is kept, each place once. */
export const placesOf = (text: string, kept: Kept[]): string[] => [
  ...new Set(kept.filter(({ bytes }) => bytes.includes(text)).map(({ where }) => where)),
];
