import type { Database } from '../../stack/database.ts';

/** A column that everybody writes. */
export interface TrailColumn {
  name: string;
  /** Type as PostgreSQL calls it. */
  type: string;
}

/** The columns of the trail but for those that have defaults, in their order. */
export function trailColumns(database: Database): Promise<TrailColumn[]> {
  return database.query<TrailColumn>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = 'trail.audit_events'::regclass AND attnum > 0 AND NOT attisdropped AND NOT atthasdef ORDER BY attnum`,
  );
}
