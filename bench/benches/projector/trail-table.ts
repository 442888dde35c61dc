import pg from 'pg';
import { now } from '../../measure/clock.ts';
import { Timeline } from '../../measure/timeline.ts';
import type { Program } from '../../processes/program.ts';
import { waitUntil } from '../../processes/wait-until.ts';
import { Database } from '../../stack/database.ts';

/** The newest position tells the number of rows, since everybody writes them in that order; an index has it at hand. */
const COUNT = `SELECT coalesce(max(log_position), -1) + 1 AS count FROM trail.audit_events WHERE log = '1.0'`;
/** Does not depend on the order of the rows; equal for equal rows. */
const FINGERPRINT = `SELECT count(*) AS rows, sum(hashtextextended(e::text, 0)::numeric) AS sum FROM trail.audit_events e`;

/** The table that everybody fills with the same rows, each time anew in a database of its own. */
export class TrailTable {
  readonly rows: number;
  private readonly serverUrl: string;
  private readonly months: string[];
  private readonly warmUp: number;
  private fingerprint: string | undefined;

  /**
   * @param rows that everybody writes
   * @param months that they touch
   * @param warmUp share of the rows that is not measured
   */
  constructor(serverUrl: string, rows: number, months: string[], warmUp: number) {
    this.serverUrl = serverUrl;
    this.rows = rows;
    this.months = months;
    this.warmUp = warmUp;
  }

  /** Rows at the beginning that are not measured. */
  get warmUpRows(): number {
    return this.rows * this.warmUp;
  }

  /**
   * Lets a program fill the table, and resolves to its rows per second after the warm-up.
   *
   * @param before gets the full table before it goes
   */
  fill(
    name: string,
    start: (database: Database) => Promise<Program>,
    before?: (full: Database) => Promise<void>,
  ): Promise<number> {
    const fillIt = async (database: Database) => {
      const program = await start(database);
      try {
        return await this.watch(database, program);
      } finally {
        await program.stop();
      }
    };
    return this.withDatabase(name, fillIt, before);
  }

  /** Lets two statements fill the table, and resolves to the rows per second of the one after the warm-up. */
  fillByStatements(name: string, warmUp: string, rest: string): Promise<number> {
    return this.withDatabase(name, async (database) => {
      await database.query(warmUp);
      const started = now();
      await database.query(rest);
      return ((this.rows - this.warmUpRows) * 1000) / (now() - started);
    });
  }

  private async withDatabase(
    name: string,
    fill: (database: Database) => Promise<number>,
    before?: (full: Database) => Promise<void>,
  ): Promise<number> {
    const database = await Database.create(this.serverUrl, name);
    await database.ensureMonths(this.months);
    await database.checkpoint();
    const speed = await fill(database);
    await this.assertSame(name, database);
    await before?.(database);
    await database.drop();
    return speed;
  }

  /** Looks from the side; that costs next to nothing. */
  private async watch(database: Database, program: Program): Promise<number> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const line = new Timeline();
    try {
      const isFull = async () => {
        const { rows } = await client.query<{ count: string }>(COUNT);
        line.add(now(), Number(rows[0]!.count));
        return line.count >= this.rows;
      };
      await waitUntil(`${this.rows} rows`, isFull, { needs: [program], everyMs: 50, timeoutMs: 900_000 });
    } finally {
      await client.end();
    }
    return line.rate(this.warmUpRows, this.rows);
  }

  /** A speed counts only with the rows that everybody else wrote. */
  private async assertSame(name: string, database: Database): Promise<void> {
    const [found] = await database.query<{ rows: string; sum: string }>(FINGERPRINT);
    const fingerprint = `${found!.rows} rows ${found!.sum}`;
    this.fingerprint ??= fingerprint;
    if (Number(found!.rows) !== this.rows || fingerprint !== this.fingerprint)
      throw new Error(`${name} wrote ${fingerprint}, and ${this.fingerprint} were expected.`);
  }
}
