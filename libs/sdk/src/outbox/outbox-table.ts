/** A connection to PostgreSQL as `pg` has it; other clients need a shim. */
export interface OutboxClient {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** A pool as `pg` has it. */
export interface OutboxPool<C extends PooledClient = PooledClient> {
  connect(): Promise<C>;
}

export interface PooledClient extends OutboxClient {
  /** @param broken whether it must not be used again */
  release(broken?: boolean): void;
  on?(event: 'error', listener: (error: Error) => void): unknown;
  off?(event: 'error', listener: (error: Error) => void): unknown;
}

/** A row, which is a record of the topic but for its partition; the names of its columns are Debezium's. */
export interface OutboxRow {
  id: string;
  /** Key. */
  aggregateid: string;
  type: string;
  payload: Buffer;
  ce_source: string;
  ce_time: string;
  traceparent: string | null;
}

const NAME = /^[a-z_][a-z0-9_]{0,40}(\.[a-z_][a-z0-9_]{0,40})?$/;
export const DEFAULT_TABLE = 'audit_outbox';

/** @throws RangeError unless it is a name such as `audit_outbox` or `vault.audit_outbox` */
export function tableName(name: string = DEFAULT_TABLE): string {
  if (NAME.test(name)) return name;
  throw new RangeError(
    `The table's name is ${JSON.stringify(name)}; give lower-case letters, digits and "_".`,
  );
}

/**
 * SQL that makes the table, to be run by the application's own migrations. Running it again changes nothing.
 *
 * `xid` is the transaction that the row belongs to and `position` its place within it: numbers of rows alone would not tell
 * which rows are still to come, since transactions do not commit in the order in which they took their numbers.
 */
export function outboxMigration(name?: string): string {
  const table = tableName(name);
  return `CREATE TABLE IF NOT EXISTS ${table} (
  id uuid PRIMARY KEY,
  aggregatetype text NOT NULL,
  aggregateid text NOT NULL,
  type text NOT NULL,
  payload bytea NOT NULL,
  ce_specversion text NOT NULL DEFAULT '1.0',
  ce_source text NOT NULL,
  ce_time text NOT NULL,
  content_type text NOT NULL DEFAULT 'application/avro',
  traceparent text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  position bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX IF NOT EXISTS ${table.split('.').at(-1)}_order ON ${table} (xid, position);
`;
}
