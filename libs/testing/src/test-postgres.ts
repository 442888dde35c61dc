import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { required } from './required.js';

/** A database of its own on the real server, for one test. */
export class TestPostgres {
  private constructor(
    /** URL of the database, as its owner. */
    readonly url: string,
    private readonly name: string,
  ) {}

  static async create(): Promise<TestPostgres> {
    const name = `t${randomBytes(6).toString('hex')}`;
    await query(required('DATABASE_URL'), `CREATE DATABASE ${name}`);
    const url = new URL(required('DATABASE_URL'));
    url.pathname = `/${name}`;
    return new TestPostgres(url.toString(), name);
  }

  /** Rows of a statement, as the owner. */
  query<R = Record<string, unknown>>(text: string): Promise<R[]> {
    return query(this.url, text) as Promise<R[]>;
  }

  async drop(): Promise<void> {
    await query(required('DATABASE_URL'), `DROP DATABASE ${this.name} WITH (FORCE)`);
  }
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
