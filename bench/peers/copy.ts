import type { TrailTable } from '../benches/projector/trail-table.ts';
import type { Contestant } from '../measure/contest.ts';
import type { Database } from '../stack/database.ts';

/** The columns that everybody writes; those left out have defaults. */
export async function columnsOf(database: Database): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'trail.audit_events'::regclass
     AND attnum > 0 AND NOT attisdropped AND NOT atthasdef ORDER BY attnum`,
  );
  return rows.map(({ name }) => name);
}

/**
 * What PostgreSQL itself can do with these rows: one COPY of all of them, by the server from its own disk, into an equal
 * table. Nothing else happens, so this is a limit rather than a competitor.
 */
export class Copy implements Contestant {
  readonly name = 'copy';
  private readonly table: TrailTable;
  private statement = '';

  constructor(table: TrailTable) {
    this.table = table;
  }

  /** Takes the rows from a full table, in the order in which they were written. MUST come before `measure`. */
  async export(full: Database): Promise<void> {
    // The server reads and writes files of its own user only, which those in its own folder are.
    const [row] = await full.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`);
    const columns = (await columnsOf(full)).join(', ');
    const file = `'${row!.folder}/rows.copy'`;
    await full.query(`COPY (SELECT ${columns} FROM trail.audit_events ORDER BY log_position) TO ${file}`);
    this.statement = `COPY trail.audit_events (${columns}) FROM ${file}`;
  }

  readonly measure = (round: number): Promise<number> =>
    this.table.fillAtOnce(`copy_${round}`, this.statement);
}
