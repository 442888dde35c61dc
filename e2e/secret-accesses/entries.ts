import { topics } from '@auditmesh/events';
import { readPartition } from '@auditmesh/kafka';
import pg from 'pg';
import type { DirectKafka } from '../faults/mesh/direct-kafka.ts';
import type { Entries } from './judge.ts';

const READ = 'secret_read';

/** From the topic, committed records only. */
export async function entriesInTopic({ client, topics: open }: DirectKafka): Promise<Entries> {
  const { name, partitions, codec } = open.get(topics.auditEvents);
  const counts = new Map<string, number>();
  for (let partition = 0; partition < partitions; partition++) {
    for await (const records of readPartition(client, name, partition)) {
      await codec.prepare(records.map(({ valueBytes }) => valueBytes));
      for (const { valueBytes } of records) {
        const { type, outcome, target } = codec.decode(valueBytes);
        if (type === READ && outcome === 'success') counts.set(target.id!, (counts.get(target.id!) ?? 0) + 1);
      }
    }
  }
  return counts;
}

/** From the table that people search. */
export async function entriesInTable(databaseUrl: string): Promise<Entries> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ target_id: string; count: number }>(
      `SELECT target_id, count(*)::int AS count FROM trail.audit_events
       WHERE type = $1 AND outcome = 'success' GROUP BY target_id`,
      [READ],
    );
    return new Map(rows.map(({ target_id, count }) => [target_id, count]));
  } finally {
    await client.end();
  }
}

/** How many events of these types there are. */
export async function countOfTypes(databaseUrl: string, types: string[]): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM trail.audit_events WHERE type = ANY($1)',
      [types],
    );
    return rows[0]!.count;
  } finally {
    await client.end();
  }
}
