import type pg from 'pg';

/** Names of columns with their types. */
export type Columns = Readonly<Record<string, string>>;

/**
 * Inserts rows in one statement; what a row does not have is null. A text for a jsonb column is JSON already.
 *
 * @param then what follows the rows, such as ON CONFLICT and RETURNING
 */
export async function insertRows<R extends pg.QueryResultRow>(
  client: pg.ClientBase,
  table: string,
  columns: Columns,
  rows: readonly Record<string, unknown>[],
  then = '',
): Promise<R[]> {
  if (!rows.length) return [];
  const { rows: returned } = await client.query<R>(
    `INSERT INTO ${table} (${Object.keys(columns).join(', ')}) SELECT * FROM ${unnested(columns)} ${then}`,
    arraysOf(columns, rows),
  );
  return returned;
}

/** Inserts the rows or replaces those with the same `key`. */
export async function upsertRows(
  client: pg.ClientBase,
  table: string,
  columns: Columns,
  rows: readonly Record<string, unknown>[],
  key: string,
): Promise<void> {
  const updates = Object.keys(columns).filter((name) => name !== key);
  const set = updates.map((name) => `${name} = excluded.${name}`).join(', ');
  await insertRows(client, table, columns, rows, `ON CONFLICT (${key}) DO UPDATE SET ${set}`);
}

/** A table made of parameters: one array per column, as `arraysOf` gives them. */
export const unnested = (columns: Columns): string =>
  `unnest(${Object.values(columns)
    .map((type, i) => `$${i + 1}::${type}[]`)
    .join(', ')})`;

export function arraysOf(columns: Columns, rows: readonly Record<string, unknown>[]): unknown[][] {
  return Object.entries(columns).map(([name, type]) =>
    rows.map((row) => {
      const value = row[name] ?? null;
      return type === 'jsonb' && value !== null && typeof value !== 'string' ? JSON.stringify(value) : value;
    }),
  );
}

/** SQL for a time in µs since the epoch. */
export const micros = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::bigint`;
