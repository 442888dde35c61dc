import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics, type SecretAccessed } from '@auditmesh/events';
import { SecretAuditor } from '@auditmesh/sdk';
import { eventually } from '@auditmesh/testing';
import { TestMesh } from './support/test-mesh.js';

const TOKEN = 'a-token-for-the-tests-only';
const VALUE = 'the-value-of-the-secret';
const PATHS = `
paths:
  - {mount: kv, namespace: acme}
  - {mount: kv, path: 'projects/{project*}', project: '{project}'}
producers:
  - {name: vault, namespace: acme}
`;
let mesh: TestMesh;
let folder: string;
let auditor: SecretAuditor;
let who = { type: 'user' as const, id: '17', name: 'Ann Lee', ip: '10.0.0.1', userAgent: 'curl/8' };

/** A store that knows one secret, and who may not read it. */
const store = {
  async get(_path: string) {
    if (who.id === '99') throw Object.assign(new Error(`no access to ${VALUE}`), { code: 'EACCES' });
    return VALUE;
  },
  async put(_path: string, _value: string) {},
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'auditmesh-b01-'));
  const SECRET_PATHS_FILE = join(folder, 'paths.yml');
  writeFileSync(SECRET_PATHS_FILE, PATHS);
  mesh = await TestMesh.start({ SECRET_PATHS_FILE, SECRET_INTAKE_TOKENS: `portal=${TOKEN}` });
  await mesh.directory({
    namespaces: [{ id: 1, path: 'acme' }],
    projects: [{ id: 70, path: 'acme/ledger', namespace: 1 }],
  });
  const { KAFKA_BROKERS, TOPIC_PREFIX, SCHEMA_REGISTRY_URL } = mesh.environment;
  auditor = await SecretAuditor.open({
    name: 'vault',
    spool: { folder: join(folder, 'spool') },
    kafka: { brokers: KAFKA_BROKERS!.split(','), prefix: TOPIC_PREFIX! },
    schemaRegistryUrl: SCHEMA_REGISTRY_URL!,
    heartbeatMs: 500,
  });
});

afterAll(async () => {
  await auditor?.close();
  await mesh?.stop();
  rmSync(folder, { recursive: true });
});

/** The events once there are so many. */
const found = (query: string, count: number) =>
  eventually(async () => {
    const events = await mesh.events(query);
    expect(events.length).toBeGreaterThanOrEqual(count);
    return events;
  });

describe('a secret of a store with the SDK', () => {
  it('leaves an entry for each read and write: which, when, who, from where, and how it ended', async () => {
    const secrets = auditor.wrap(store, { actor: () => who, context: () => ({ policy: 'payments-read' }) });
    expect(await secrets.get('kv/projects/acme/ledger/db-password')).toBe(VALUE);
    await secrets.put('kv/other', VALUE);
    who = { ...who, id: '99' };
    await expect(secrets.get('kv/other')).rejects.toThrow();

    const events = await found('type=secret_read,secret_write', 3);
    expect(events.map(({ type, outcome, actor, scope }) => [type, outcome, actor.id, scope.path])).toEqual([
      ['secret_read', 'success', '17', 'acme/ledger'],
      ['secret_write', 'success', '17', 'acme'],
      ['secret_read', 'denied', '99', 'acme'],
    ]);
    expect(events[0]).toMatchObject({
      actor: { type: 'user', name: 'Ann Lee', ip: '10.0.0.1', user_agent: 'curl/8' },
      target: { type: 'secret', id: 'kv/projects/acme/ledger/db-password', name: 'db-password' },
      message: 'Read the secret kv/projects/acme/ledger/db-password',
      details: { access_type: 'read', policies: ['payments-read'], unresolved: false, guarantee: 'spooled' },
    });
    expect(JSON.stringify(events)).not.toContain(VALUE);
  });

  it('leaves an entry for each access also when secret-access is killed meanwhile, and exactly one', async () => {
    const access = (i: number) => ({
      action: 'list' as const,
      secret: { id: `kv/many/${i}` },
      actor: { type: 'system' as const },
    });
    const accesses = Array.from({ length: 300 }, (_, i) => access(i));
    for (const [i, each] of accesses.entries()) {
      await auditor.record(each);
      if (i % 100 === 50) process.kill(mesh.mesh.process('secret-access').pid!, 'SIGKILL');
      if (i % 100 === 50)
        await eventually(async () =>
          expect((await fetch(`${mesh.mesh.url('secret-access')}/health/ready`)).ok).toBe(true),
        );
    }
    const events = await found('type=secret_list', 300);
    expect(events.map(({ target }) => target.id).toSorted()).toEqual(
      accesses.map(({ secret }) => secret.id).toSorted(),
    );
    expect(await mesh.events('type=audit_producer_gap')).toEqual([]);
  }, 120_000);

  it('is missed when it is not heard as it promised, but not when it ended in good order', async () => {
    await auditor.close();
    const value: SecretAccessed = {
      kind: 'heartbeat',
      producer_id: 'vault/dead',
      sequence: 0,
      partition_sequence: 0,
      occurred_at: Date.now() * 1_000,
      access: null,
      heartbeat: { interval_ms: 500 },
    };
    await mesh.produce(topics.secretAccesses, 'vault/dead', [{ id: 'dead', value }]);
    const silent = await found('type=audit_producer_silent', 1);
    expect(silent.map(({ target, scope }) => [target.id, scope.path])).toEqual([['vault/dead', 'acme']]);
  });
});

describe('a secret that is reported over HTTP', () => {
  it('leaves an entry, one for all repetitions of a call', async () => {
    const call = () =>
      fetch(`${mesh.mesh.url('secret-access')}/api/v1/secret-accesses`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${TOKEN}`,
          'content-type': 'application/json',
          'idempotency-key': 'one',
        },
        body: JSON.stringify({
          accesses: [
            {
              occurred_at: '2026-11-20T10:00:00Z',
              action: 'rotate',
              actor: { type: 'service_account', id: '903' },
              secret_id: 'kv/db',
            },
          ],
        }),
      });
    const answers = [await call(), await call()];
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    const { ids } = (await answers[0]!.json()) as { ids: string[] };
    await mesh.settled();
    expect((await mesh.events('type=secret_rotate')).map(({ id }) => id)).toEqual(ids);
  });
});
