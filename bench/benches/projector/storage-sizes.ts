import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { topics } from '@auditmesh/events';
import type { Corner } from '../../stack/corner.ts';
import type { Database } from '../../stack/database.ts';
import { kafkaData } from '../../stack/folder.ts';

/** What the events take up once they are stored, in bytes each. */
export class StorageSizes {
  perEvent: Record<string, number> = {};

  async measure(full: Database, corner: Corner): Promise<void> {
    const [found] = await full.query<{ rows: string; table_bytes: string; index_bytes: string }>(
      `SELECT (SELECT count(*) FROM trail.audit_events) AS rows,
         sum(pg_table_size(relid)) AS table_bytes, sum(pg_indexes_size(relid)) AS index_bytes
       FROM pg_partition_tree('trail.audit_events') WHERE isleaf`,
    );
    const rows = Number(found!.rows);
    this.perEvent = {
      row_bytes_per_event: Math.round(Number(found!.table_bytes) / rows),
      index_bytes_per_event: Math.round(Number(found!.index_bytes) / rows),
      topic_bytes_per_event: Math.round(segmentBytes(corner.client.topicName(topics.auditEvents)) / rows),
    };
  }
}

/** Of the first partition of a topic, as the broker keeps its records: in the batches and with the compression of who wrote them. */
function segmentBytes(topic: string): number {
  const folder = join(kafkaData, `${topic}-0`);
  const segments = readdirSync(folder).filter((name) => name.endsWith('.log'));
  return segments.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
