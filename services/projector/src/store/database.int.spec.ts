import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { runProgram, TestKafka, TestPostgres } from '@auditmesh/testing';
import { from as copyFrom } from 'pg-copy-streams';
import { Database } from './database.js';

/** Passes bytes on, or drops what the server answers and keeps the connection open. */
class HalfOpenProxy {
  silent = false;
  private readonly sockets = new Set<Socket>();
  private constructor(private readonly server: Server) {}

  static async start(url: string): Promise<{ proxy: HalfOpenProxy; url: string }> {
    const { hostname, port } = new URL(url);
    const server = createServer((client) => {
      const upstream = connect(Number(port), hostname);
      for (const socket of [client, upstream]) {
        proxy.sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => proxy.sockets.delete(socket));
      }
      client.pipe(upstream);
      upstream.on('data', (bytes: Buffer) => {
        if (!proxy.silent) client.write(bytes);
      });
    });
    const proxy = new HalfOpenProxy(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const through = new URL(url);
    through.port = String((server.address() as AddressInfo).port);
    return { proxy, url: through.toString() };
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

let postgres: TestPostgres;
let proxy: HalfOpenProxy;
let database: Database;

beforeEach(async () => {
  postgres = await TestPostgres.create();
  await runProgram('projector', 'migrate.main.js', {
    ...new TestKafka().environment,
    DATABASE_URL: postgres.url,
  });
  const started = await HalfOpenProxy.start(postgres.url);
  proxy = started.proxy;
  database = new Database(started.url, 'trail', 500);
});

afterEach(async () => {
  await database.onApplicationShutdown();
  proxy.stop();
  await postgres.drop();
});

describe('the database behind a connection that is half open', () => {
  const one = () => database.with((client) => client.query('SELECT 1'));

  it('gives up a statement whose answer does not come, as an outage, and works again afterwards', async () => {
    await one();
    await expect(
      database.with(async (client) => {
        proxy.silent = true;
        await client.query('SELECT 1');
      }),
    ).rejects.toMatchObject({ name: 'PostgresUnavailable', retriable: true });
    proxy.silent = false;
    await one();
  });

  it('does not give up work that goes on, however long all of it takes', async () => {
    const slowly = 'SELECT pg_sleep(0.1)';
    await database.transaction(async (client) => {
      for (let i = 0; i < 8; i++) await client.query(slowly);
    });
  });

  it('gives up a COPY whose end is not confirmed', async () => {
    await expect(
      database.transaction(async (client) => {
        const stream = client.query(copyFrom('COPY log_heads (log) FROM STDIN'));
        const done = once(stream, 'finish');
        stream.write('1.0\n');
        proxy.silent = true;
        stream.end();
        await done;
      }),
    ).rejects.toMatchObject({ name: 'PostgresUnavailable' });
    proxy.silent = false;
    expect(await postgres.query('SELECT * FROM trail.log_heads')).toEqual([]);
  });
});
