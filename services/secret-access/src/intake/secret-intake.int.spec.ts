import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@auditmesh/events';
import type { OpenTopics } from '@auditmesh/kafka';
import { metrics, startService } from '@auditmesh/runtime';
import { eventually, TestKafka } from '@auditmesh/testing';
import fc from 'fast-check';
import { groups, NO_RULES, usedTopics } from '../../test/kafka-of-service.js';
import { postedByChance } from '../../test/posted-by-chance.js';
import { service } from '../secret-access.module.js';

type App = Awaited<ReturnType<typeof startService>>;

const token = 'a-token-for-the-tests-only';
const PLANTED = 's3cr3t-value';
let kafka: TestKafka;
let open: OpenTopics;
let app: App;

/** Bodies that were refused so far. */
const refused = async () =>
  (await metrics.getSingleMetric('auditmesh_secret_intake_refused_total')!.get()).values.reduce(
    (sum, { value }) => sum + value,
    0,
  );

beforeAll(async () => {
  kafka = new TestKafka();
  open = await kafka.create(usedTopics, groups);
  const SECRET_INTAKE_TOKENS = `portal=${token},other=another-token-for-tests`;
  app = await startService(service, {
    ...kafka.environment,
    SECRET_INTAKE_TOKENS,
    ALERT_RULES_FOLDER: NO_RULES,
  });
});

afterAll(async () => {
  await app?.close();
});

const posted = (change: object = {}) => ({
  occurred_at: '2026-11-20T10:00:00Z',
  action: 'read',
  actor: { type: 'user', id: '17', ip: '10.0.0.1' },
  secret_id: 'kv/payments/db-password',
  ...change,
});

/** @param body JSON, or text as it is */
async function post(body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${await app.getUrl()}/api/v1/secret-accesses`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'idempotency-key': 'key',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, text, headers: response.headers };
}
const take = (key: string, ...accesses: object[]) => post({ accesses }, { 'idempotency-key': key });
const idsOf = async () => (await kafka.readAll(open, topics.auditEvents)).map(({ value }) => value.id);

describe('the intake of accesses', () => {
  it('writes them before it answers, and tells each once however often a call is repeated', async () => {
    const accesses = [posted(), posted({ id: 'own', outcome: 'denied', secret_id: 'kv/other' })];
    const first = await take('a', ...accesses);
    expect(first.status).toBe(202);
    const { ids } = JSON.parse(first.text) as { ids: string[] };
    const written = await kafka.readAll(open, topics.secretAccesses);
    expect(written.map(({ headers }) => `${headers.ce_source} ${headers.ce_id}`).toSorted()).toEqual([
      'http/portal #own',
      'http/portal a/0',
    ]);
    expect((await take('a', ...accesses)).text).toBe(first.text);
    await take('b', ...accesses);
    await eventually(async () => expect((await idsOf()).length).toBe(3));
    expect(await idsOf()).toEqual(expect.arrayContaining(ids));
    const denied = (await kafka.readAll(open, topics.auditEvents)).find(({ value }) => value.id === ids[1]);
    expect(denied!.value).toMatchObject({
      outcome: 'denied',
      scope: { root_namespace_id: null },
      secret_access: { guarantee: null, sequence: null, unresolved: true, producer_id: 'http/portal' },
    });
  });

  it('keeps known fields only, and says nothing of the others', async () => {
    const actor = { type: 'user', [PLANTED]: PLANTED };
    const { status, text } = await take('c', posted({ value: PLANTED, [PLANTED]: { x: PLANTED }, actor }));
    expect([status, text]).toEqual([202, expect.not.stringContaining(PLANTED)]);
    const bytes = (await kafka.readAll(open, topics.secretAccesses)).map(({ valueBytes }) => valueBytes!);
    expect(Buffer.concat(bytes).includes(PLANTED)).toBe(false);
  });

  it.each([
    ['an unknown action', posted({ action: PLANTED }), 'accesses.1.action'],
    ['no secret', posted({ secret_id: '' }), 'accesses.1.secret_id'],
    ['a secret that cannot be stored', posted({ secret_id: 'a\0b' }), 'accesses.1.secret_id'],
    ['a secret that is none', posted({ secret_id: { value: PLANTED } }), 'accesses.1.secret_id'],
    ['no actor', posted({ actor: PLANTED }), 'accesses.1.actor'],
    ['an actor of no type', posted({ actor: { type: PLANTED } }), 'accesses.1.actor.type'],
    ['no address', posted({ actor: { type: 'user', ip: PLANTED } }), 'accesses.1.actor.ip'],
    ['no time', posted({ occurred_at: PLANTED }), 'accesses.1.occurred_at'],
    ['a time to come', posted({ occurred_at: '2999-01-01T00:00:00Z' }), 'accesses.1.occurred_at'],
    ['an id that is too long', posted({ id: PLANTED.repeat(50) }), 'accesses.1.id'],
  ])('refuses %s by position and field, and never by value', async (_, access, parameter) => {
    const { status, text, headers } = await take('d', posted(), access);
    expect(status).toBe(400);
    expect(headers.get('content-type')).toContain('application/problem+json');
    const { errors } = JSON.parse(text) as { errors: { parameter: string }[] };
    expect(errors.map((error) => error.parameter)).toContain(parameter);
    expect(text).not.toContain(PLANTED);
  });

  it.each([
    ['no list', { accesses: PLANTED }],
    ['an empty list', { accesses: [] }],
    ['too many', { accesses: Array.from({ length: 1_001 }, () => posted()) }],
    ['no object', PLANTED],
    ['JSON that is none', `{"accesses": [{"value": "${PLANTED}"`],
    ['JSON that is no object', `"${PLANTED}"`],
    ['null', 'null'],
    ['nothing', ''],
    ['a prototype', `{"__proto__": {"${PLANTED}": 1}}`],
  ])('refuses a body with %s', async (_, body) => {
    const { status, text } = await post(body);
    expect([status, text]).toEqual([400, expect.not.stringContaining(PLANTED)]);
  });

  it('needs a key, or an id in each access', async () => {
    const without = { 'idempotency-key': '' };
    expect((await post({ accesses: [posted({ id: '1' })] }, without)).status).toBe(202);
    expect((await post({ accesses: [posted({ id: '1' }), posted()] }, without)).status).toBe(400);
    expect((await take('#1', posted())).status).toBe(400);
  });

  it('lets only callers with a token in, takes only JSON and at most 1 MiB, and counts what it refuses', async () => {
    const body = { accesses: [posted()] };
    const count = async () =>
      (await metrics.getSingleMetric('auditmesh_secret_intake_refused_total')!.get()).values
        .map(({ labels, value }) => [labels.status, value] as const)
        .filter(([status]) => status !== 400);
    expect((await post(body, { authorization: 'Bearer another-token-for-texts' })).status).toBe(401);
    expect((await post('a=b', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
    expect((await post('a', { 'content-type': 'application/xml' })).status).toBe(415);
    expect((await post(`{"a": "${'x'.repeat(1024 * 1024)}"}`)).status).toBe(413);
    await eventually(async () =>
      expect(Object.fromEntries(await count())).toEqual({ 401: 1, 413: 1, 415: 2 }),
    );
  });

  it('refuses a key that was used for another body, and takes nothing of it', async () => {
    const first = await take('reused', posted(), posted({ secret_id: 'kv/second' }));
    const others = [
      await take('reused', posted({ secret_id: 'kv/another' }), posted({ secret_id: 'kv/second' })),
      await take('reused', posted()),
      await take('reused', posted({ occurred_at: '2026-11-20T10:00:01Z' }), posted({ id: 'fresh' })),
    ];
    expect(others.map(({ status }) => status)).toEqual([422, 422, 422]);
    expect(JSON.parse(others[0]!.text)).toMatchObject({ title: 'Unprocessable content' });
    expect(others[0]!.text).not.toContain('kv/another');
    const again = await take('reused', posted({ unknown: 1 }), posted({ secret_id: 'kv/second' }));
    expect([again.status, again.text]).toEqual([202, first.text]);
    const own = { 'idempotency-key': 'reused', authorization: 'Bearer another-token-for-tests' };
    expect((await post({ accesses: [posted()] }, own)).status).toBe(202);
    expect((await take('reused', posted({ id: 'of-its-own' }))).status).toBe(202);
    const taken = (await kafka.readAll(open, topics.secretAccesses)).map(
      ({ value }) => value.access!.secret_id,
    );
    expect(taken).not.toContain('kv/another');
  });

  it('takes or refuses any body by chance, never with 5xx, and accounts for all', async () => {
    const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
    const count = Number(process.env.FUZZ_RUNS ?? 1_000);
    process.stdout.write(`Accesses over HTTP by chance: FUZZ_SEED=${seed} FUZZ_RUNS=${count}\n`);
    const before = await kafka.readAll(open, topics.secretAccesses);
    const refusedBefore = await refused();
    const work = fc.sample(postedByChance, { numRuns: count, seed }).entries();
    let taken = 0;
    let notTaken = 0;
    const worker = async () => {
      for (const [n, body] of work) {
        const { status, text } = await post(body, { 'idempotency-key': `chance-${n}` });
        expect([202, 400, 413]).toContain(status);
        if (status === 202) taken += (JSON.parse(text) as { ids: string[] }).ids.length;
        else notTaken++;
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    const written = (await kafka.readAll(open, topics.secretAccesses)).slice(before.length);
    expect([written.length, (await refused()) - refusedBefore]).toEqual([taken, notTaken]);
    expect(taken).toBeGreaterThan(0);
    expect(notTaken).toBeGreaterThan(count / 2);
  }, 600_000);
});
