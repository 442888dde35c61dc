import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretAuditor } from '@auditmesh/sdk';
import { eventually } from '@auditmesh/testing';
import { filesKept, placesOf, recordsKept, rowsKept, type Kept } from './support/everything-kept.js';
import { TestMesh } from './support/test-mesh.js';

const SERVICES = ['secret-access', 'projector', 'api'];
const CALLER = 'the-token-of-the-caller';
const DEVICE = 'the-token-of-the-device';
const occurred_at = '2026-11-20T10:00:00Z';
/** What must be found nowhere; not a word that could be there by itself. */
const planted = `hunter2-${randomBytes(8).toString('hex')}`;
const inBase64 = Buffer.from(planted).toString('base64').replace(/=+$/, '').slice(0, -1);

let mesh: TestMesh;
let folder: string;
/** What the intakes have answered. */
const answers: Kept[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'auditmesh-b06-'));
  mesh = await TestMesh.start({
    SECRET_INTAKE_TOKENS: `portal=${CALLER}`,
    DEVICE_TOKENS: `main=${DEVICE}`,
    DEVICE_STATE_FOLDER: folder,
    DEVICE_PAIRING_MS: '500',
    LOG_LEVEL: 'debug',
  });
});

afterAll(async () => {
  await mesh?.stop();
  rmSync(folder, { recursive: true });
});

async function post(path: string, token: string, body: string, headers: object = {}): Promise<number> {
  const response = await fetch(mesh.mesh.url('secret-access') + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body,
  });
  answers.push({ where: `answer of ${path}`, bytes: Buffer.from(await response.text()) });
  return response.status;
}

async function useBySdk(): Promise<void> {
  const { KAFKA_BROKERS, TOPIC_PREFIX, SCHEMA_REGISTRY_URL } = mesh.environment;
  const auditor = await SecretAuditor.open({
    name: 'vault',
    spool: { folder: join(folder, 'spool') },
    kafka: { brokers: KAFKA_BROKERS!.split(','), prefix: TOPIC_PREFIX! },
    schemaRegistryUrl: SCHEMA_REGISTRY_URL!,
  });
  const refused = (path: string) =>
    Object.assign(new Error(`${planted} of ${path}`, { cause: planted }), { code: 'EACCES' });
  const store = {
    get: async (_path: string) => ({ value: planted }),
    put: async (_path: string, _value: string) => planted,
    delete: async (path: string) => Promise.reject(refused(path)),
  };
  const secrets = auditor.wrap(store, { actor: () => ({ type: 'user', id: '17' }) });
  await secrets.get('kv/by-sdk');
  await secrets.put('kv/by-sdk', planted);
  await expect(secrets.delete('kv/by-sdk')).rejects.toThrow(planted);
  await auditor.close();
}

const access = (changes: object = {}) => ({
  occurred_at,
  action: 'read',
  actor: { type: 'user', id: '17' },
  secret_id: 'kv/by-http',
  ...changes,
});

async function useByHttp(): Promise<void> {
  const send = (body: string, token = CALLER, key = randomBytes(8).toString('hex')) =>
    post('/api/v1/secret-accesses', token, body, { 'idempotency-key': key });
  const one = (changes: object) => JSON.stringify({ accesses: [access(changes)], [planted]: planted });
  const unknown = { value: planted, data: { data: planted }, [planted]: 1 };
  expect(await send(one({ ...unknown, actor: { type: 'user', id: '17', password: planted } }))).toBe(202);
  for (const wrong of [
    { action: planted },
    { outcome: planted },
    { occurred_at: planted },
    { actor: planted },
    { actor: { type: planted } },
    { actor: { type: 'user', ip: planted } },
    { secret_id: { value: planted } },
    { mount: [planted] },
    { version: planted.repeat(200) },
  ])
    expect(await send(one(wrong))).toBe(400);
  expect(await send(`{"accesses": [{"value": "${planted}" oh`)).toBe(400);
  expect(await send(`"${planted}"`)).toBe(400);
  expect(await send(one({}), planted)).toBe(401);
}

const entry = (changes: object = {}) => ({
  time: occurred_at,
  type: 'response',
  auth: {
    client_token: planted,
    accessor: planted,
    display_name: 'ann',
    entity_id: 'e-17',
    token_type: 'service',
    policies: ['default'],
    metadata: { password: planted },
  },
  request: {
    id: randomBytes(16).toString('hex'),
    operation: 'read',
    path: 'kv/data/by-device',
    mount_type: 'kv',
    client_token: planted,
    data: { password: planted },
    headers: { 'x-vault-token': [planted], cookie: [planted] },
    remote_address: '10.0.0.1',
  },
  response: { data: { data: { value: planted } }, warnings: [planted], secret: { lease_id: planted } },
  [planted]: planted,
  ...changes,
});

async function useByDevice(): Promise<void> {
  const lines = [
    JSON.stringify(entry()),
    JSON.stringify(entry({ error: `1 error occurred: ${planted}` })),
    JSON.stringify(entry({ request: { ...entry().request, id: undefined } })),
    JSON.stringify(entry({ time: planted })),
    JSON.stringify(entry({ type: planted })),
    `${planted} is no JSON`,
    `{"request": {"data": "${planted}`,
  ];
  expect(await post('/api/v1/intake/openbao/main', DEVICE, lines.join('\n'))).toBe(202);
  expect(await post('/api/v1/intake/openbao/main', planted, lines[0]!)).toBe(401);
}

async function everythingKept(): Promise<Kept[]> {
  const { KAFKA_BROKERS, TOPIC_PREFIX } = mesh.environment;
  const metrics = SERVICES.map(async (service) => ({
    where: `metrics of ${service}`,
    bytes: Buffer.from(await (await fetch(`${mesh.mesh.url(service)}/metrics`)).text()),
  }));
  return [
    ...answers,
    ...filesKept(folder),
    ...filesKept(join(mesh.folder, '.auditmesh')),
    ...(await recordsKept(KAFKA_BROKERS!, TOPIC_PREFIX!)),
    ...(await rowsKept(mesh.mesh.run.database_url)),
    ...(await Promise.all(metrics)),
  ];
}

describe('the value of a secret', () => {
  it('is found nowhere: not in topics, dead letters, tables, logs, metrics, files or answers', async () => {
    await useBySdk();
    await useByHttp();
    await useByDevice();
    await eventually(async () => {
      const events = await mesh.events('category=secret_access');
      const ids = new Set(events.map(({ target }) => target.id));
      expect([...ids].filter((id) => /by-(sdk|http|device)$/.test(id ?? ''))).toHaveLength(3);
    });
    const kept = await everythingKept();
    const known = placesOf('by-sdk', kept).map((where) => where.split(' ', 1)[0]);
    expect(new Set(known)).toEqual(new Set(['topic', 'table', 'file'])); // so the search does find
    expect(kept.filter(({ where }) => where === 'topic secret-access.dlq').length).toBeGreaterThan(0);
    expect(placesOf(planted, kept)).toEqual([]);
    expect(placesOf(inBase64, kept)).toEqual([]);
  });
});
