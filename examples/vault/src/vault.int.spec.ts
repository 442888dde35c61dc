import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics } from '@auditmesh/events';
import type { OpenTopics } from '@auditmesh/kafka';
import { eventually, TestKafka, TestPostgres } from '@auditmesh/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AuditOptions } from './audit/audit-options.js';
import { Users } from './users/users.js';
import { startVault } from './vault.js';

let database: TestPostgres;
const key = randomBytes(32);
let kafka: TestKafka;
let open: OpenTopics;
let folder: string;
let audit: AuditOptions;
let vault: NestFastifyApplication;
let url: string;

beforeEach(async () => {
  database = await TestPostgres.create();
  kafka = new TestKafka();
  open = await kafka.create([topics.secretAccesses]);
  folder = mkdtempSync(join(tmpdir(), 'vault-'));
  audit = {
    guarantee: 'spooled',
    name: 'vault',
    spool: { folder },
    kafka: { brokers: kafka.brokers, prefix: kafka.prefix },
    schemaRegistryUrl: kafka.environment.SCHEMA_REGISTRY_URL!,
  };
  await start();
  const users = vault.get(Users);
  await users.put({ id: '7', name: 'Ann Lee', mayRead: ['kv/'], mayWrite: ['kv/payments/'] }, 'token-of-ann');
});

afterEach(async () => {
  await vault.close();
  await database.drop();
  rmSync(folder, { recursive: true });
});

async function start(guarantee = audit.guarantee): Promise<void> {
  vault = await startVault({
    databaseUrl: database.url,
    key,
    host: '127.0.0.1',
    port: 0,
    audit: { ...audit, guarantee },
  });
  url = await vault.getUrl();
}

async function call(method: string, path: string, body?: object, token = 'token-of-ann') {
  const response = await fetch(`${url}/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text && (JSON.parse(text) as unknown) };
}

async function accesses() {
  const records = await kafka.readAll(open, topics.secretAccesses);
  return records.flatMap(({ value }) => value.access ?? []);
}

describe('the vault', () => {
  test('keeps each version of a secret, and gives the newest unless told otherwise', async () => {
    const path = 'secrets/kv/payments/db';
    expect(await call('PUT', path, { value: 'hunter1' })).toMatchObject({
      status: 200,
      body: { version: 1 },
    });
    expect(await call('PUT', path, { value: 'hunter2' })).toMatchObject({ body: { version: 2 } });
    expect(await call('GET', path)).toEqual({
      status: 200,
      body: { path: 'kv/payments/db', version: 2, value: 'hunter2' },
    });
    expect(await call('GET', `${path}?version=1`)).toMatchObject({ body: { value: 'hunter1' } });
    expect(await call('GET', 'list/kv/')).toMatchObject({ body: { paths: ['kv/payments/db'] } });
    expect(await call('DELETE', path)).toMatchObject({ status: 204 });
    expect(await call('GET', path)).toMatchObject({ status: 404 });
  });

  test('refuses who has no token or no grant', async () => {
    expect(await call('GET', 'secrets/kv/web', undefined, 'stolen')).toMatchObject({ status: 401 });
    expect(await call('PUT', 'secrets/kv/web', { value: 'x' })).toMatchObject({ status: 403 });
    expect(await call('GET', 'secrets/root')).toMatchObject({ status: 403 });
  });

  test('stores nothing in plain text', async () => {
    await call('PUT', 'secrets/kv/payments/db', { value: 'correct-horse-battery-staple' });
    const rows = await database.query<{ sealed: Buffer }>('SELECT * FROM secrets');
    expect(rows).toHaveLength(1);
    expect(rows[0]!.sealed.includes('correct-horse')).toBe(false);
    expect(JSON.stringify(await database.query('SELECT * FROM users'))).not.toContain('token-of-ann');
  });

  test('takes paths as they are, encoded or not', async () => {
    await call('PUT', `secrets/kv/payments/${encodeURIComponent('ä/b c')}`, { value: 'x' });
    expect(await call('GET', 'list/kv/')).toMatchObject({ body: { paths: ['kv/payments/ä/b c'] } });
  });

  test.each(['spooled', 'fail-closed', 'outbox'] as const)(
    'leaves a trace of each use, allowed or not, without the value: %s',
    async (guarantee) => {
      await vault.close();
      await start(guarantee);
      await call('PUT', 'secrets/kv/payments/db', { value: 'correct-horse-battery-staple' });
      await call('GET', 'secrets/kv/payments/db');
      await call('GET', 'secrets/root');
      await call('GET', 'secrets/kv/none');
      await eventually(async () => expect((await accesses()).length).toBe(4));
      await vault.close();
      const records = await kafka.readAll(open, topics.secretAccesses);
      const found = await accesses();
      expect(found.map((a) => `${a.actor.id} ${a.action} ${a.secret_id} ${a.outcome}`).sort()).toEqual([
        '7 read kv/none failure',
        '7 read kv/payments/db success',
        '7 read root denied',
        '7 write kv/payments/db success',
      ]);
      expect(found.every(({ actor }) => actor.name === 'Ann Lee' && actor.ip === '127.0.0.1')).toBe(true);
      expect(records.some(({ valueBytes }) => valueBytes!.includes('correct-horse'))).toBe(false);
    },
  );
});
