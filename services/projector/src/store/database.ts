import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { rethrow } from './postgres-error.js';

const CONNECT_TIMEOUT_MS = 5_000;
/** A statement that takes longer is as good as lost; the batch comes again. */
const STATEMENT_TIMEOUT_MS = 60_000;
/** And a connection on which no statement ends for longer is as good as dead: no answer comes on a half-open one. */
const SILENCE_TIMEOUT_MS = 75_000;

/** Connections of the projector's role, which inserts and does not change. */
@Injectable()
export class Database implements OnApplicationShutdown {
  private readonly pool: pg.Pool;

  /**
   * @param schema of the read models
   * @param silenceTimeoutMs after which a connection is given up that does not answer
   */
  constructor(
    url: string,
    schema: string,
    private readonly silenceTimeoutMs = SILENCE_TIMEOUT_MS,
  ) {
    this.pool = new pg.Pool({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      max: 16,
      options: `-c search_path=${schema} -c role=auditmesh_projector -c statement_timeout=${STATEMENT_TIMEOUT_MS} -c timezone=UTC`,
    });
    this.pool.on('error', () => undefined); // an idle connection was lost; the next use says so
  }

  async onApplicationShutdown(): Promise<void> {
    if (!this.pool.ended) await this.pool.end();
  }

  async isReady(): Promise<boolean> {
    await this.pool.query('SELECT 1');
    return true;
  }

  /** One connection for one piece of work. @throws PostgresUnavailable, and what the work throws */
  async with<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    let client: pg.PoolClient;
    try {
      client = await this.pool.connect();
    } catch (error) {
      rethrow(error);
    }
    const ignore = () => undefined; // a lost connection is told by the statement that runs on it
    client.on('error', ignore);
    const patience = setTimeout(() => cutOff(client), this.silenceTimeoutMs);
    const { connection } = client as unknown as WithConnection;
    const answered = () => patience.refresh();
    connection.on('readyForQuery', answered);
    let failure: Error | undefined;
    try {
      return await work(client);
    } catch (error) {
      failure = error as Error;
      rethrow(error);
    } finally {
      clearTimeout(patience);
      client.off('error', ignore);
      connection.off('readyForQuery', answered);
      client.release(failure);
    }
  }

  /** As `with`, in a transaction. */
  transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.with(async (client) => {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    });
  }
}

/** What `pg` does not declare: it tells of the end of every statement, and has the socket. */
interface WithConnection {
  connection: EventEmitter & { stream: Socket };
}

/** Ends the connection so that the statement that waits on it fails. */
function cutOff(client: pg.PoolClient): void {
  const { connection } = client as unknown as WithConnection;
  connection.stream.destroy(new Error('Connection terminated: the server did not answer in time'));
}
