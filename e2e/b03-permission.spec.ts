import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@auditmesh/events';
import { eventually, SseClient } from '@auditmesh/testing';
import { factsOf, secretUse } from './support/secret-use.js';
import { TestMesh, type EventJson } from './support/test-mesh.js';

interface Page {
  items: EventJson[];
}
interface Token {
  id: string;
  token: string;
}

let mesh: TestMesh;
/** The project lies in acme/payments; the others elsewhere. */
const inside = secretUse(1, 'read', 'kv/db');
const beside = secretUse(2, 'read', 'kv/web', {
  scope: { type: 'project', id: '71', path: 'acme/paymentsweb/site', root_namespace_id: '1' },
});
const elsewhere = secretUse(3, 'read', 'kv/x', {
  scope: { type: 'group', id: '9', path: 'globex', root_namespace_id: '9' },
});
const nowhere = secretUse(4, 'read', 'kv/y', {
  scope: { type: 'instance', id: null, path: null, root_namespace_id: null },
});
const alert = secretUse(5, 'read', 'kv/db', { type: 'secret_access_alert_raised', secret_access: null });

beforeAll(async () => {
  mesh = await TestMesh.start();
  await mesh.directory({
    namespaces: [
      { id: 1, path: 'acme' },
      { id: 2, path: 'acme/payments', parent: 1 },
      { id: 9, path: 'globex' },
    ],
    projects: [{ id: 70, path: 'acme/payments/ledger', namespace: 2 }],
  });
  await mesh.produce(topics.auditEvents, '1.0', factsOf([inside, beside, alert]));
  await mesh.produce(topics.auditEvents, '9.0', factsOf([elsewhere]));
  await mesh.produce(topics.auditEvents, '0.0', factsOf([nowhere]));
  await mesh.settled();
});
afterAll(() => mesh?.stop());

const tokenFor = (name: string, permissions: string[], namespaces: string[] = []) =>
  mesh.cli<Token & Record<string, unknown>>(
    ...['tokens', 'create', '--name', name],
    ...permissions.flatMap((permission) => ['--permission', permission]),
    ...namespaces.flatMap((namespace) => ['--namespace', namespace]),
  );
const get = <T = Page>(path: string, { token }: Token) =>
  mesh.call<T>('GET', path, undefined, { authorization: `Bearer ${token}` });
const secretsOf = async (path: string, token: Token) => {
  const { status, body } = await get<{ items: { secret_id: string }[] }>(path, token);
  expect(status).toBe(200);
  return body.items.map(({ secret_id }) => secret_id).toSorted();
};
const told = async (type: string, name: string) =>
  (await mesh.events(`type=${type}`)).filter(({ actor }) => actor.name === name);

describe('B3: only people with the permission see the use of secrets', () => {
  it('shows all of it to a token with the permission, and only its groups to one of groups', async () => {
    const everywhere = await tokenFor('everywhere', ['secret_audit:read']);
    const group = await tokenFor('group', ['secret_audit:read'], ['acme/payments']);
    const tenant = await tokenFor('tenant', ['secret_audit:read'], ['1']);
    expect(await secretsOf('/api/audit-logs', everywhere)).toEqual(['kv/db', 'kv/web', 'kv/x', 'kv/y']);
    expect(await secretsOf('/api/audit-logs', group)).toEqual(['kv/db']);
    expect(await secretsOf('/api/audit-logs', tenant)).toEqual(['kv/db', 'kv/web']);
    expect(await secretsOf('/api/audit-logs?secret_id=kv/x', group)).toEqual([]);
    expect((await get(`/api/audit-logs/${inside.id}`, group)).status).toBe(200);
    expect((await get(`/api/audit-logs/${beside.id}`, group)).status).toBe(404);
  });

  it('refuses everybody else with 403, and tells who asked for what: once, however often they ask', async () => {
    const reader = await tokenFor('curious', ['audit_events:read']);
    for (let n = 0; n < 5; n++) {
      const { status, body } = await get<{ title: string; detail: string }>(
        '/api/audit-logs?secret_id=kv/db',
        reader,
      );
      expect([status, body.title]).toEqual([403, 'Forbidden']);
      expect(body.detail).toContain('secret_audit:read');
    }
    expect((await get(`/api/audit-logs/${inside.id}`, reader)).status).toBe(403);
    await eventually(async () => expect(await told('secret_audit_denied', 'curious')).toHaveLength(2));
    const [first] = await told('secret_audit_denied', 'curious');
    expect(first).toMatchObject({
      category: 'administration',
      outcome: 'denied',
      actor: { id: `token/${reader.id}`, type: 'access_token' },
      details: { filter: { secret_id: 'kv/db' } },
    });
  });

  it('tells of those who are refused again and again, and does not let them fill the trail', async () => {
    const flooder = await tokenFor('flooder', ['audit_events:read']);
    for (let n = 0; n < 250; n++) await get(`/api/audit-logs?secret_id=kv/${n}`, flooder);
    await eventually(async () =>
      expect((await told('secret_audit_denied', 'flooder')).length).toBeGreaterThan(100),
    );
    // Twice a hundred and one, if five minutes went over meanwhile.
    const events = await told('secret_audit_denied', 'flooder');
    expect(events.length).toBeLessThanOrEqual(202);
    expect(events.filter(({ details }) => details.filter.others).length).toBeGreaterThan(0);
  });

  it('tells who was shown it, once per filter', async () => {
    const auditor = await tokenFor('auditor', ['secret_audit:read']);
    for (let n = 0; n < 3; n++) await get('/api/audit-logs?secret_id=kv/db', auditor);
    await get('/api/audit-logs?access_type=read', auditor);
    await eventually(async () => expect(await told('secret_audit_read', 'auditor')).toHaveLength(2));
  });

  it('has no other way in: search, one event by id and live tail leave secrets and their alerts out', async () => {
    const reader = await tokenFor('reader', ['audit_events:read']);
    const both = await tokenFor('both', ['audit_events:read', 'secret_audit:read']);
    const types = async (token: Token) =>
      (await get('/api/v1/audit-events?limit=1000', token)).body.items.map(({ type }) => type);
    expect((await types(reader)).filter((type) => type.startsWith('secret_'))).toEqual([]);
    expect(await types(both)).toEqual(expect.arrayContaining(['secret_read', 'secret_access_alert_raised']));
    for (const { id } of [inside, alert])
      expect((await get(`/api/v1/audit-events/${id}`, reader)).status).toBe(404);
    expect((await get(`/api/v1/audit-events/${inside.id}/affected-projects`, reader)).status).toBe(404);
    for (const query of ['category=secret_access', 'type=secret_read', 'type=secret_*'])
      expect((await get(`/api/v1/audit-events?${query}`, reader)).status).toBe(403);
    await expect(
      SseClient.open(`${mesh.mesh.url('api')}/api/v1/audit-events/tail?type=secret_*`, reader.token),
    ).rejects.toThrow('403');
  });

  it('gives a token no more than it was given', async () => {
    const group = await tokenFor('writer', ['audit_events:write', 'directory:write'], ['acme/payments']);
    const post = (scope: object, key: string) =>
      mesh.call(
        'POST',
        '/api/v1/audit-events',
        { type: 'member_added', actor: { type: 'user' }, scope, target: { type: 'user' }, message: 'Added' },
        { authorization: `Bearer ${group.token}`, 'idempotency-key': key },
      );
    expect((await post({ type: 'project', id: '70' }, 'a')).status).toBe(202);
    expect((await post({ type: 'group', id: '9' }, 'b')).status).toBe(403);
    expect((await post({ type: 'instance' }, 'c')).status).toBe(403);
    expect((await get('/api/v1/audit-events', group)).status).toBe(403);
    expect((await get('/api/v1/tokens', group)).status).toBe(403);
    const put = await mesh.call('PUT', '/api/v1/directory', {}, { authorization: `Bearer ${group.token}` });
    expect(put.status).toBe(403);
  });

  it('refuses a token from the moment that it is revoked, or has ended', async () => {
    const one = await tokenFor('short', ['secret_audit:read']);
    expect((await get('/api/audit-logs', one)).status).toBe(200);
    await mesh.cli('tokens', 'revoke', one.id);
    expect((await get('/api/audit-logs', one)).status).toBe(401);
    const { tokens } = await mesh.cli<{ tokens: { id: string; revoked_at: string | null }[] }>(
      'tokens',
      'list',
    );
    expect(tokens.find(({ id }) => id === one.id)?.revoked_at).toMatch(/Z$/);
    expect(JSON.stringify(tokens)).not.toContain(one.token);
    const past = await mesh.call('POST', '/api/v1/tokens', {
      name: 'past',
      permissions: ['secret_audit:read'],
      expires_at: '2020-01-01T00:00:00Z',
    });
    expect(past.status).toBe(400);
  });
});
