import pg from 'pg';
import { migrate } from '../processes/service.ts';
import { logFile } from './folder.ts';

/** A database of the services on the server, empty but for the tables. */
export class Database {
  readonly name: string;
  /** URL as the server's superuser. */
  readonly url: string;
  private readonly serverUrl: string;

  private constructor(serverUrl: string, name: string) {
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    this.serverUrl = serverUrl;
    this.name = name;
    this.url = url.toString();
  }

  /**
   * @param serverUrl of any database on the server
   * @param services whose tables are made, in this order
   */
  static async create(serverUrl: string, name: string, services = ['projector']): Promise<Database> {
    const database = new Database(serverUrl, name);
    await queryOnce(serverUrl, `CREATE DATABASE ${name}`);
    for (const service of services)
      await migrate(service, database.url, logFile(`migrate-${name}-${service}`));
    return database;
  }

  /** Makes the partitions of these months, which the projector makes on demand. @param months as `2026-11` */
  async ensureMonths(months: Iterable<string>): Promise<void> {
    for (const month of months) await this.query(`SELECT trail.ensure_month('${month}-01')`);
  }

  query<R extends object>(text: string, values: unknown[] = []): Promise<R[]> {
    return queryOnce(this.url, text, values);
  }

  /** Writes out what the server holds in memory, so that each measurement begins with the same state. */
  async checkpoint(): Promise<void> {
    await this.query('CHECKPOINT');
  }

  async drop(): Promise<void> {
    await queryOnce(this.serverUrl, `DROP DATABASE ${this.name} WITH (FORCE)`);
  }
}

/** Rows of one statement on a connection of its own. */
export async function queryOnce<R extends object>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<R>(text, values)).rows;
  } finally {
    await client.end();
  }
}
