import type pg from 'pg';

/**
 * Held to the end of the transaction, before anything is read that statuses are made of: by those who change the
 * directory alone, by those who add violations together. So of two transactions that concern one project, the later
 * sees what the earlier did.
 */
export async function lockCompliance(client: pg.ClientBase, how: 'alone' | 'shared'): Promise<void> {
  const lock = how === 'alone' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
  await client.query(`SELECT ${lock}(hashtextextended('compliance of ' || current_schema(), 0))`);
}
