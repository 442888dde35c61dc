import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { topics } from '@auditmesh/events';
import type { Corner } from '../../stack/corner.ts';
import type { Database } from '../../stack/database.ts';
import { kafkaData } from '../../stack/folder.ts';

/** What the events take up once they are stored, in bytes each: row, indexes, and record in a topic of one partition. */
export async function storagePerEvent(full: Database, corner: Corner): Promise<Record<string, number>> {
  const [found] = await full.query<{ rows: string; table_bytes: string; index_bytes: string }>(
    `SELECT (SELECT count(*) FROM trail.audit_events) AS rows,
       sum(pg_table_size(relid)) AS table_bytes, sum(pg_indexes_size(relid)) AS index_bytes
     FROM pg_partition_tree('trail.audit_events') WHERE isleaf`,
  );
  const perEvent = (bytes: number | string) => Math.round(Number(bytes) / Number(found!.rows));
  return {
    row_bytes_per_event: perEvent(found!.table_bytes),
    index_bytes_per_event: perEvent(found!.index_bytes),
    topic_bytes_per_event: perEvent(segmentBytes(corner.client.topicName(topics.auditEvents))),
  };
}

/** Of the first partition of a topic, as the broker keeps its records: in the batches and with the compression of who wrote them. */
function segmentBytes(topic: string): number {
  const folder = join(kafkaData, `${topic}-0`);
  const segments = readdirSync(folder).filter((name) => name.endsWith('.log'));
  return segments.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
