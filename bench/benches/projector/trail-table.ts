import pg from 'pg';
import { startMeter } from '../../machine/cpu-meter.ts';
import { cpuTime } from '../../machine/cpu-time.ts';
import { now } from '../../measure/clock.ts';
import type { Turn } from '../../measure/contest.ts';
import type { Cost } from '../../measure/cost.ts';
import { Timeline } from '../../measure/timeline.ts';
import type { Program } from '../../processes/program.ts';
import { waitUntil } from '../../processes/wait-until.ts';
import { Database } from '../../stack/database.ts';

/** The newest position tells the number of rows, since everybody writes them in that order; an index has it at hand. */
const COUNT = `SELECT coalesce(max(log_position), -1) + 1 AS count FROM trail.audit_events WHERE log = '1.0'`;
/** Of the first so many rows; does not depend on their order, and is equal for equal rows. */
const FINGERPRINT = `SELECT count(*) || ' rows ' || sum(hashtextextended(e::text, 0)::numeric) AS fingerprint
  FROM trail.audit_events e WHERE log_position < $1`;
const LOOK_MS = 100;

export interface TrailTableOptions {
  /** Of any database on the server. */
  serverUrl: string;
  serverPid: number;
  /** Rows in all. */
  rows: number;
  /** Rows of those who write fewer, the first ones. */
  fewerRows: number;
  /** Months that the rows touch, as `2026-11`. */
  months: string[];
  /** Share of the rows that is not measured. */
  warmUp: number;
}

/** The table that everybody fills with the same rows, each time anew in a database of its own. */
export class TrailTable {
  private readonly options: TrailTableOptions;
  /** By number of rows, as the first who filled the table wrote them. */
  private readonly expected = new Map<number, string>();
  private first: ((full: Database) => Promise<void>) | undefined;

  constructor(options: TrailTableOptions) {
    this.options = options;
  }

  /** Rows at the beginning that are not measured. */
  get warmUpRows(): number {
    return this.options.rows * this.options.warmUp;
  }

  /** Lets `use` have the table that is filled first, before it goes. */
  onFirst(use: (full: Database) => Promise<void>): void {
    this.first = use;
  }

  /**
   * Lets a program fill the table. The first call of all MUST be for all rows.
   *
   * @param rows that it writes: all, or the fewer
   */
  fill(name: string, rows: number, start: (database: Database) => Promise<Program>): Promise<Turn> {
    const fillIt = async (database: Database) => {
      const program = await start(database);
      try {
        return await this.watch(database, program, rows);
      } finally {
        await program.stop();
      }
    };
    return this.withDatabase(name, rows, fillIt);
  }

  /** Lets two statements fill the table. */
  fillByStatements(name: string, warmUp: string, rest: string): Promise<Turn> {
    const { rows, serverPid } = this.options;
    return this.withDatabase(name, rows, async (database) => {
      await database.query(warmUp);
      const [cpuBefore, started] = [cpuTime(serverPid), now()];
      await database.query(rest);
      const count = rows - this.warmUpRows;
      const cost = { program: undefined, server: (cpuTime(serverPid) - cpuBefore) / count };
      return { speed: (count * 1000) / (now() - started), cost };
    });
  }

  private async withDatabase(
    name: string,
    rows: number,
    fill: (database: Database) => Promise<Turn>,
  ): Promise<Turn> {
    const database = await Database.create(this.options.serverUrl, name);
    await database.ensureMonths(this.options.months);
    await database.checkpoint();
    const turn = await fill(database);
    await this.assertSame(name, rows, database);
    await this.first?.(database);
    this.first = undefined;
    await database.drop();
    return turn;
  }

  /** Looks from the side; that costs next to nothing. */
  private async watch(database: Database, program: Program, rows: number): Promise<Turn> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const line = new Timeline();
    const warmUpRows = rows * this.options.warmUp;
    let cost: ((records: number) => Cost) | undefined;
    let measuredFrom = 0;
    try {
      const isFull = async () => {
        const found = await client.query<{ count: string }>(COUNT);
        line.add(now(), Number(found.rows[0]!.count));
        if (line.count >= warmUpRows && !cost) {
          cost = startMeter(program.pid, this.options.serverPid);
          measuredFrom = line.count;
        }
        return line.count >= rows;
      };
      await waitUntil(`${rows} rows`, isFull, { needs: [program], everyMs: LOOK_MS, timeoutMs: 900_000 });
      return { speed: line.rate(warmUpRows, rows), cost: cost!(rows - measuredFrom) };
    } finally {
      await client.end();
    }
  }

  /** A speed counts only with the rows that everybody else wrote. */
  private async assertSame(name: string, rows: number, database: Database): Promise<void> {
    const fingerprint = async (first: number) =>
      (await database.query<{ fingerprint: string }>(FINGERPRINT, [first]))[0]!.fingerprint;
    if (!this.expected.size)
      for (const first of [this.options.rows, this.options.fewerRows])
        this.expected.set(first, await fingerprint(first));
    const found = await fingerprint(rows + 1);
    if (found !== this.expected.get(rows) || !found.startsWith(`${rows} rows `))
      throw new Error(`${name} wrote ${found}, and ${this.expected.get(rows)} were expected.`);
  }
}
