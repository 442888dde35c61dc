import type { OutboxSettings } from './outbox-options.js';
import type { OutboxPool, OutboxRow, PooledClient } from './outbox-table.js';

/** Takes the next rows out of an outbox, a batch in a transaction, one relay at a time. */
export class OutboxTurn {
  constructor(
    private readonly pool: OutboxPool,
    private readonly settings: Pick<OutboxSettings, 'table' | 'topicName'>,
    private readonly batchRows: number,
  ) {}

  /**
   * Gives the oldest rows to `ship`, and removes them when it resolves. Without the turn, which another relay has, `ship` is
   * not called. If anything fails the rows stay, whether they were shipped or not.
   *
   * @returns how many were shipped
   */
  async take(ship: (rows: OutboxRow[]) => Promise<void>): Promise<number> {
    const client = await this.pool.connect();
    // The connection may break while `ship` runs; the statement after it tells.
    const ignore = () => undefined;
    client.on?.('error', ignore);
    let broken = true;
    try {
      const shipped = await this.inTransaction(client, ship);
      broken = false;
      return shipped;
    } finally {
      client.off?.('error', ignore);
      client.release(broken);
    }
  }

  private async inTransaction(
    client: PooledClient,
    ship: (rows: OutboxRow[]) => Promise<void>,
  ): Promise<number> {
    const { table, topicName } = this.settings;
    await client.query('BEGIN');
    // Of the transaction, so that it goes with the connection, also behind a pooler.
    const { rows: locks } = await client.query(LOCK, [`${table} ${topicName}`]);
    const mine = (locks as { mine: boolean }[])[0]!.mine;
    const rows = mine
      ? ((await client.query(next(table), [topicName, this.batchRows])).rows as OutboxRow[])
      : [];
    if (mine) await ship(rows);
    if (rows.length)
      await client.query(`DELETE FROM ${table} WHERE id = ANY($1)`, [rows.map(({ id }) => id)]);
    await client.query('COMMIT');
    return rows.length;
  }
}

const LOCK = `SELECT pg_try_advisory_xact_lock(hashtextextended('auditmesh outbox ' || $1, 0)) AS mine`;

/** Rows of transactions before which none can commit any more: all below xmin have ended. */
const next = (table: string) => `
  SELECT id, aggregateid, type, payload, ce_source, ce_time, traceparent FROM ${table}
  WHERE aggregatetype = $1 AND xid < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY xid, position LIMIT $2`;
