import type { TrailColumn } from '../benches/projector/trail-columns.ts';
import type { TrailTable } from '../benches/projector/trail-table.ts';
import type { Turn } from '../measure/contest.ts';
import type { Database } from '../stack/database.ts';

/** For the report. */
export const copySettings =
  'two COPY statements, the warm-up and the rest, each one transaction, from text files that the server itself reads';

/**
 * What PostgreSQL itself can do with these rows: COPY of all of them, by the server from its own disk, into an equal table.
 * Nothing else happens, so this is a limit rather than a competitor.
 */
export class Copy {
  private readonly table: TrailTable;
  private statements: string[] = [];

  constructor(table: TrailTable) {
    this.table = table;
  }

  /** Takes the rows from a full table, in the order in which they were written. MUST come before `fill`. */
  async export(full: Database, columns: TrailColumn[]): Promise<void> {
    // The server reads and writes files of its own user only, which those in its own folder are.
    const [row] = await full.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`);
    const names = columns.map(({ name }) => name).join(', ');
    const parts = [`< ${this.table.warmUpRows}`, `>= ${this.table.warmUpRows}`];
    for (const [number, part] of parts.entries()) {
      const file = `'${row!.folder}/rows-${number}.copy'`;
      const rows = `SELECT ${names} FROM trail.audit_events WHERE log_position ${part} ORDER BY log_position`;
      await full.query(`COPY (${rows}) TO ${file}`);
      this.statements.push(`COPY trail.audit_events (${names}) FROM ${file}`);
    }
  }

  /** @param name of the database to fill */
  fill(name: string): Promise<Turn> {
    const [warmUp, rest] = this.statements as [string, string];
    return this.table.fillByStatements(name, warmUp, rest);
  }
}
