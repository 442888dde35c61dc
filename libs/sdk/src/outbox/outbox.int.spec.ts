import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { topics } from '@auditmesh/events';
import type { OpenTopics } from '@auditmesh/kafka';
import { eventually, TestKafka, TestPostgres } from '@auditmesh/testing';
import pg from 'pg';
import type { Access } from '../access.js';
import { OutboxAuditor } from './outbox-auditor.js';
import { OutboxRelay, type RelayOptions } from './outbox-relay.js';
import { outboxMigration } from './outbox-table.js';

const here = dirname(fileURLToPath(import.meta.url));
const topic = topics.secretAccesses;

let kafka: TestKafka;
let open: OpenTopics;
let database: TestPostgres;
let pool: pg.Pool;
let audit: OutboxAuditor;
let relays: OutboxRelay[];

beforeEach(async () => {
  kafka = new TestKafka();
  open = await kafka.create([topic]);
  database = await TestPostgres.create();
  await database.query(outboxMigration());
  await database.query('CREATE TABLE secrets (path text PRIMARY KEY)');
  pool = new pg.Pool({ connectionString: database.url });
  audit = await OutboxAuditor.open({ name: 'vault', ...mesh(), topicPrefix: kafka.prefix });
  relays = [];
});

afterEach(async () => {
  for (const relay of relays) await relay.close();
  await pool.end();
  await database.drop();
});

const mesh = () => ({ schemaRegistryUrl: kafka.environment.SCHEMA_REGISTRY_URL! });

const relayOptions = (): Omit<RelayOptions, 'pool'> => ({
  name: 'vault',
  ...mesh(),
  kafka: { brokers: kafka.brokers, prefix: kafka.prefix },
  pollMs: 10,
});

function relay(more: Partial<RelayOptions> = {}): OutboxRelay {
  const started = OutboxRelay.start({ ...relayOptions(), pool, ...more });
  relays.push(started);
  return started;
}

/** All of one secret, so that one partition shows their order; told apart by their requests. */
const access = (requestId: string): Access => ({
  action: 'write',
  secret: { id: 'kv/db' },
  actor: { type: 'user', id: '7' },
  requestId,
});

const records = () => kafka.readAll(open, topic);

/** Requests in the order of the topic. */
const shipped = async () => (await records()).flatMap(({ value }) => value.access?.request_id ?? []);
const waiting = async () => (await database.query('SELECT id FROM audit_outbox')).length;

describe('an outbox', () => {
  test('has the record where the effect is, and nowhere else', async () => {
    const write = (path: string, then?: Error) =>
      audit.audited(pool, access(path), async (client) => {
        await client.query('INSERT INTO secrets VALUES ($1)', [path]);
        if (then) throw then;
        return path;
      });
    expect(await write('kept')).toBe('kept');
    const denied = Object.assign(new Error('no'), { code: 'PERMISSION_DENIED' });
    await expect(write('undone', denied)).rejects.toBe(denied);
    const client = await pool.connect();
    await client.query('BEGIN');
    await audit.record(client, access('rolled back'));
    await client.query('ROLLBACK');
    client.release();
    relay();
    await eventually(async () => expect(await waiting()).toBe(0));
    const found = (await records()).flatMap(({ value }) => value.access ?? []);
    expect(found.map((a) => [a.request_id, a.outcome, a.error_code, a.guarantee])).toEqual([
      ['kept', 'success', null, 'outbox'],
      ['undone', 'denied', 'PERMISSION_DENIED', 'outbox'],
    ]);
    expect(await database.query('SELECT path FROM secrets')).toEqual([{ path: 'kept' }]);
  });

  test('refuses an access that it cannot record, and undoes it', async () => {
    await database.query('DROP TABLE audit_outbox');
    const write = audit.audited(pool, access('1'), (client) =>
      client.query(`INSERT INTO secrets VALUES ('x')`),
    );
    await expect(write).rejects.toMatchObject({ code: 'OUTBOX_FAILED' });
    expect(await database.query('SELECT path FROM secrets')).toEqual([]);
  });

  test('is shipped in the order of transactions, also one that was opened early and committed late', async () => {
    const early = await pool.connect();
    await early.query('BEGIN');
    await audit.record(early, access('early'));
    await audit.record(pool, access('later'));
    relay({ heartbeatMs: 20 });
    const beats = async () => (await records()).length;
    await eventually(async () => expect(await beats()).toBeGreaterThan(8));
    expect(await shipped()).toEqual([]);
    await audit.record(early, access('early, too'));
    await early.query('COMMIT');
    early.release();
    await eventually(async () => expect(await waiting()).toBe(0));
    expect(await shipped()).toEqual(['early', 'early, too', 'later']);
  });

  test('is shipped again with the same ids after a kill between sending and removing', async () => {
    const ids = [];
    for (let n = 0; n < 20; n++) ids.push(await audit.record(pool, access(String(n))));
    const child = spawn(
      process.execPath,
      [join(here, '../../test/relay.mjs'), JSON.stringify(relayOptions()), database.url],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(await waiting()).toBe(20);
    relay();
    await eventually(async () => expect(await waiting()).toBe(0));
    const found = (await records()).filter(({ value }) => value.kind === 'access');
    expect(found.map(({ headers }) => headers.ce_id)).toEqual([...ids, ...ids]);
    expect(found.slice(20).map(({ value }) => value)).toEqual(found.slice(0, 20).map(({ value }) => value));
  });

  test('is shipped once and in order by two relays', async () => {
    const all = Array.from({ length: 300 }, (_, n) => String(n));
    relay({ batchRows: 7 });
    relay({ batchRows: 7 });
    for (const n of all) await audit.record(pool, access(n));
    await eventually(async () => expect(await waiting()).toBe(0));
    expect(await shipped()).toEqual(all);
  });

  test('waits in its table while Kafka or the database is away, and is shipped after', async () => {
    await audit.record(pool, access('1'));
    const brokers = [...kafka.brokers];
    const away = relay({ kafka: { brokers: ['127.0.0.1:1'], prefix: kafka.prefix } });
    await eventually(() => expect(away.outage).toBeDefined());
    expect(await waiting()).toBe(1);
    await away.close();
    const working = relay({ kafka: { brokers, prefix: kafka.prefix } });
    await eventually(async () => expect(await waiting()).toBe(0));
    await pool.query('ALTER TABLE audit_outbox RENAME TO away');
    await eventually(() => expect(working.outage).toBeDefined());
    await pool.query('ALTER TABLE away RENAME TO audit_outbox');
    await audit.record(pool, access('2'));
    await eventually(async () => expect(await waiting()).toBe(0));
    expect(working.outage).toBeUndefined();
    expect(await shipped()).toEqual(['1', '2']);
  });

  test('loses nothing when the connection of the relay is cut', async () => {
    const working = relay();
    const all = Array.from({ length: 200 }, (_, n) => String(n));
    for (const [i, n] of all.entries()) {
      await audit.record(pool, access(n));
      if (i % 50 === 25)
        await database.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle in transaction'`,
        );
    }
    await eventually(async () => expect(await waiting()).toBe(0));
    expect([...new Set(await shipped())]).toEqual(all);
    await working.close();
  });

  test('gives signs of life, and says when its silence is in order', async () => {
    const working = relay({ heartbeatMs: 20 });
    await eventually(async () => expect((await records()).length).toBeGreaterThanOrEqual(12));
    await working.close();
    const beats = await records();
    expect(
      beats.every(({ value }) => value.kind === 'heartbeat' && value.producer_id === 'vault/outbox'),
    ).toBe(true);
    const last = beats.filter(({ value }) => value.heartbeat!.interval_ms === null);
    expect(last).toHaveLength(topic.partitions);
    expect(new Set(beats.map(({ headers }) => headers.ce_id)).size).toBe(beats.length);
  });
});

/** The connector as the README configures it: placements of columns, and which column is what. */
function connectorOfReadme(): Map<string, string> {
  const readme = readFileSync(join(here, '../../README.md'), 'utf8');
  const block = /```properties\n([^]*?)```/.exec(readme)![1]!;
  const lines = block.split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

describe("Debezium's outbox event router, as the README configures it,", () => {
  test('finds the columns that it requires, with the types that it takes', async () => {
    const columns = await database.query<{ column_name: string; data_type: string; is_nullable: string }>(
      `SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = 'audit_outbox'`,
    );
    const types = new Map(columns.map((c) => [c.column_name, `${c.data_type} ${c.is_nullable}`]));
    expect(types.get('id')).toBe('uuid NO');
    for (const name of ['aggregatetype', 'aggregateid', 'type']) expect(types.get(name)).toBe('text NO');
    expect(types.get('payload')).toBe('bytea NO');
  });

  test('makes of a row the record that the relay makes', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await audit.record(pool, { ...access('1'), traceparent });
    const [row] = await database.query<Record<string, string | Buffer>>('SELECT * FROM audit_outbox');
    const connector = connectorOfReadme();
    const of = (option: string) => connector.get(`transforms.outbox.${option}`)!;
    const placed = of('table.fields.additional.placement')
      .split(',')
      .map((p) => p.split(':'));
    const headers = placed.map(([column, , name]) => [name ?? column!, String(row![column!])]);
    relay();
    await eventually(async () => expect(await waiting()).toBe(0));
    const record = (await records()).find(({ value }) => value.kind === 'access')!;
    expect(Object.fromEntries(headers)).toEqual(record.headers);
    expect(row!.payload).toEqual(record.valueBytes);
    expect(row!.aggregateid).toBe(record.key);
    expect(of('route.topic.replacement').replace('${routedByValue}', String(row!.aggregatetype))).toBe(
      open.get(topic).name,
    );
  });
});
