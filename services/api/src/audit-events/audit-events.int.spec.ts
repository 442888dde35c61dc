import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contentOf, listOfIds, topics, type AuditEvent, type Content } from '@auditmesh/events';
import { RecordProducer, type OpenTopics } from '@auditmesh/kafka';
import { startService } from '@auditmesh/runtime';
import {
  eventually,
  runProgram,
  sampleEvent,
  ServiceProcess,
  TestKafka,
  TestPostgres,
} from '@auditmesh/testing';
import { service } from '../api.module.js';
import { migrate } from '../store/migrate.js';

type App = Awaited<ReturnType<typeof startService>>;
interface Answer {
  status: number;
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are checked field by field
  body: any;
}

const token = 'a token for the tests only';
let postgres: TestPostgres;
let kafka: TestKafka;
let open: OpenTopics;
let api: App;
let projector: ServiceProcess;
let url: string;

beforeAll(async () => {
  kafka = new TestKafka();
  postgres = await TestPostgres.create();
  open = await kafka.create(
    [
      topics.auditEvents,
      topics.directoryChanges,
      topics.directoryEntries,
      topics.complianceCommands,
      topics.complianceViolations,
    ],
    ['projector', 'projector.directory'],
  );
  const environment = { ...kafka.environment, DATABASE_URL: postgres.url };
  await runProgram('projector', 'migrate.main.js', environment);
  projector = await ServiceProcess.start('projector', environment);
  await migrate(postgres.url);
  api = await startService(service, { ...environment, API_TOKEN: token });
  url = await api.getUrl();
});

afterAll(async () => {
  await api?.close();
  await projector?.stop();
  await postgres?.drop();
});

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text && JSON.parse(text) };
}

const get = (path: string) => call('GET', `/api/v1/audit-events${path}`);
const post = (body: unknown, key: string, query = '?wait=projected') =>
  call('POST', `/api/v1/audit-events${query}`, body, { 'idempotency-key': key });
const put = (body: object) => call('PUT', '/api/v1/directory?wait=projected', body);
const posted = (change: object = {}) => ({
  type: 'member_added',
  actor: { type: 'user', id: '17', name: 'Ann Lee', email: 'ann@example.com', ip: '10.1.2.3' },
  scope: { type: 'project', id: '70' },
  target: { type: 'user', id: '99', name: 'Bob' },
  message: 'Added Bob as maintainer',
  ...change,
});

describe('POST /api/v1/audit-events', () => {
  it('makes a searchable event, placed by the directory', async () => {
    await call('PUT', '/api/v1/directory?wait=projected', {
      namespaces: [{ id: 1, path: 'acme' }],
      projects: [{ id: 70, path: 'acme/ledger', namespace: 1 }],
    });
    const { status, body, headers } = await post(
      posted({ occurred_at: '2026-11-01T10:00:00.000123Z', details: { role: 'maintainer' } }),
      'k1',
    );
    expect(status).toBe(202);
    const event = await call('GET', headers.get('location')!);
    expect(event.body).toMatchObject({
      id: body.id,
      type: 'member_added',
      category: 'activity',
      occurred_at: '2026-11-01T10:00:00.000123Z',
      actor: { id: '17', email: 'ann@example.com', ip: '10.1.2.3' },
      scope: { type: 'project', id: '70', path: 'acme/ledger', root_namespace_id: '1' },
      details: { role: 'maintainer' },
      consolidation: null,
      cause: { id: 'k1' },
    });
  });

  it('gives the same event for the same key and body, and refuses the key for another body', async () => {
    const [first, again] = [await post(posted(), 'k2'), await post(posted(), 'k2')];
    expect(again.body).toEqual(first.body);
    expect([first.headers.get('idempotent-replayed'), again.headers.get('idempotent-replayed')]).toEqual([
      null,
      'true',
    ]);
    const other = await post(posted({ message: 'Added Eve' }), 'k2');
    expect(other).toMatchObject({ status: 422, body: { title: 'Unprocessable content' } });
    expect(other.headers.get('content-type')).toContain('application/problem+json');
  });

  it('gives one event for one key, however many send it at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => post(posted({ message: 'All at once' }), 'k3')),
    );
    expect(new Set(answers.map((a) => a.body.id)).size).toBe(1);
    expect((await get('?q="All at once"')).body.items).toHaveLength(1);
  });

  it('keeps text that PostgreSQL cannot hold, in a visible form', async () => {
    const { body } = await post(
      JSON.stringify(posted({ message: 'NUL ', details: {} }))
        .replace('NUL ', 'NUL \\u0000')
        .replace('{}', '{"a":"\\ud800"}'),
      'k4',
    );
    expect((await get(`/${body.id}`)).body).toMatchObject({
      message: 'NUL \\u0000',
      details: { a: '\\ud800' },
    });
  });

  it.each<[string, object | string, string, number, string | undefined]>([
    ['an unknown type', posted({ type: 'nonsense' }), 'b1', 400, 'type'],
    ['a missing actor', { ...posted(), actor: undefined }, 'b2', 400, 'actor'],
    ['a wrong field within', posted({ actor: { type: 'ghost' } }), 'b3', 400, 'actor.type'],
    ['an unknown field', posted({ colour: 'red' }), 'b4', 400, 'colour'],
    ['a time that is none', posted({ occurred_at: 'yesterday' }), 'b5', 400, 'occurred_at'],
    ['a time to come', posted({ occurred_at: '2999-01-01T00:00:00Z' }), 'b6', 400, 'occurred_at'],
    ['a key that is none', posted(), 'käse', 400, 'Idempotency-Key'],
    ['JSON that does not parse', '{"type":', 'b7', 400, undefined],
    ['too large an event', posted({ details: { a: 'x'.repeat(70_000) } }), 'b8', 413, undefined],
  ])('answers %s with a problem that names it', async (_what, body, key, status, parameter) => {
    const answer = await post(body, encodeURI(key) === key ? key : '');
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
    if (parameter) expect(answer.body.errors[0].parameter).toBe(parameter);
  });
});

describe('GET /api/v1/audit-events', () => {
  const micros = (day: number) =>
    Date.parse(`2020-01-${String(day).padStart(2, '0')}T12:00:00Z`) * 1000 + day;
  const event = (n: number, change: object = {}) =>
    sampleEvent(n, { occurred_at: micros(1 + (n % 20)), source: 'search', ...change });
  const ann = {
    id: '5',
    type: 'user',
    name: 'Ann Lee',
    email: 'Ann@Example.com',
    ip: null,
    user_agent: null,
  };

  beforeAll(async () => {
    const producer = new RecordProducer(kafka.client, open);
    await producer.connect();
    const events = [
      ...Array.from({ length: 100 }, (_, n) => event(n)),
      event(200, {
        type: 'security_policy_update',
        category: 'policy_change',
        actor: ann,
        message: 'Updated "Two eyes"',
      }),
      event(201, {
        type: 'security_policy_delete',
        category: 'policy_change',
        target: { type: 'security_policy', id: 'approval_policy/X', name: 'X %_' },
      }),
      event(202, {
        scope: { type: 'group', id: '7', path: 'acme/deep/er', root_namespace_id: '1' },
        outcome: 'denied',
      }),
    ];
    await producer.send(
      topics.auditEvents,
      events.map((value) => ({ key: '1.0', value })),
    );
    await producer.disconnect();
    await eventually(async () =>
      expect((await get('?to=2020-02-01&limit=1000')).body.items).toHaveLength(103),
    );
  });

  it('gives pages in order of time, without a gap or a repetition', async () => {
    const seen: string[] = [];
    let path = '?to=2020-02-01&limit=10';
    for (let pages = 0; path && pages < 20; pages++) {
      const { body, headers } = await get(path);
      seen.push(...body.items.map((e: { occurred_at: string; id: string }) => `${e.occurred_at} ${e.id}`));
      expect(headers.get('link')?.includes('rel="next"') ?? false).toBe(body.next !== null);
      path = body.next && `?to=2020-02-01&limit=10&cursor=${body.next}`;
    }
    expect(seen).toHaveLength(103);
    expect(seen).toEqual([...new Set(seen)].toSorted().toReversed());
  });

  it.each([
    ['type=security_policy_update', 1],
    ['type=security_policy_*', 2],
    ['type=security_policy_update,security_policy_delete', 2],
    ['type=security_policy_update&type=member_added', 102],
    ['category=policy_change', 2],
    ['actor=5', 11],
    ['actor=ann@example.com', 1],
    ['actor=ANN LEE', 1],
    ['scope=group:7', 1],
    ['scope=project:70', 102],
    ['scope=acme', 103],
    ['scope=acme/deep', 1],
    ['scope=acme/de', 0],
    ['target=approval_policy/X', 1],
    ['target=X %25_', 1],
    ['outcome=denied', 1],
    ['q=two eyes', 1],
    ['q=updated -eyes', 0],
    ['q="eyes two"', 0],
    ['from=2020-01-05&to=2020-01-06', 5],
    ['from=2020-01-05T12:00:00.000005Z', 80],
    ['from=2020-01-05T12:00:00.000006Z', 75],
    ['q=%00', 0],
    ['actor=%00', 0],
    ['scope=%00', 0],
  ])('narrows by %s', async (query, found) => {
    const { status, body } = await get(
      `?limit=1000&${query.includes('to=') ? '' : 'to=2020-02-01&'}${query}`,
    );
    expect(status).toBe(200);
    expect(body.items).toHaveLength(found);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1001', 'limit'],
    ['from=tomorrow', 'from'],
    ['to=2020-13-01', 'to'],
    ['category=nonsense', 'category'],
    ['type=Bad Type', 'type'],
    ['cursor=abc', 'cursor'],
    ['colour=red', 'colour'],
    ['actor=', 'actor'],
    ['q=a&q=b', 'q'],
  ])('answers %s with 400, naming the parameter', async (query, parameter) => {
    const { status, body } = await get(`?${query}`);
    expect(status).toBe(400);
    expect(body.errors[0].parameter).toBe(parameter);
  });

  it('refuses the cursor of another query', async () => {
    const { body } = await get('?to=2020-02-01&limit=1');
    expect((await get(`?to=2020-01-09&limit=1&cursor=${body.next}`)).status).toBe(400);
  });

  it('answers 404 for an event that is not there, and 400 for an id that is none', async () => {
    expect((await get('/00000000-0000-8000-8000-000000000000')).status).toBe(404);
    expect((await get('/nonsense')).status).toBe(400);
  });

  it('lets nobody in without the token, but for health and metrics', async () => {
    const status = async (path: string, authorization?: string) =>
      (await fetch(url + path, { headers: authorization ? { authorization } : {} })).status;
    expect(await status('/api/v1/audit-events')).toBe(401);
    expect(await status('/api/v1/audit-events', 'Bearer wrong')).toBe(401);
    expect([
      await status('/health/live'),
      await status('/health/ready'),
      await status('/metrics'),
      await status('/api/docs'),
    ]).toEqual([200, 200, 200, 200]);
  });
});

describe('PUT /api/v1/directory', () => {
  it('changes nothing when it is repeated', async () => {
    const document = {
      namespaces: [
        { id: 100, path: 'big' },
        { id: 101, path: 'big/sub', parent: 100 },
      ],
      projects: [{ id: 1000, path: 'big/sub/p', namespace: 101, settings: { b: 1, a: [2] } }],
      policy_links: [
        { policy_project: 1001, namespace: 100 },
        { policy_project: 1001, project: 12_345 },
      ],
      frameworks: [
        {
          id: 3,
          namespace: 100,
          name: 'SOC 2',
          projects: [1000],
          requirements: [{ id: 31, name: 'Four eyes', controls: ['minimum_approvals_required_2'] }],
        },
      ],
    };
    expect((await put(document)).body).toEqual({ changed: 6, unchanged: 0 });
    expect((await put(document)).body).toEqual({ changed: 0, unchanged: 6 });
  });

  it('takes a part that stands on what is known, and refuses one that stands on nothing', async () => {
    expect((await put({ projects: [{ id: 1002, path: 'big/q', namespace: 100 }] })).status).toBe(202);
    const { status, body } = await put({
      projects: [{ id: 1003, path: 'x/y', namespace: 999 }],
      policy_links: [{ policy_project: 1 }],
    });
    expect(status).toBe(400);
    expect(body.errors.map((e: { parameter: string }) => e.parameter)).toEqual([
      'projects.0.namespace',
      'policy_links.0',
    ]);
  });

  it('removes what the document says is removed, and tells which link takes the place of which', async () => {
    const link = (policy_project: number, removed = false) => ({ policy_project, project: 1002, removed });
    const links = (...policy_links: object[]) => put({ policy_links });
    expect((await links(link(7001))).body).toMatchObject({ changed: 1, unchanged: 0 });
    expect((await links(link(7002), link(7001, true))).body).toMatchObject({ changed: 2 });
    expect((await links(link(7001, true))).body).toMatchObject({ changed: 0, unchanged: 1 });
    const told = (await kafka.readAll(open, topics.directoryChanges))
      .map(({ value }) => value)
      .filter(({ key }) => key.startsWith('policy-link/project/1002/'));
    expect(
      told.map(({ key, entry, replaces, replaced_by }) => [key, !!entry, replaces, replaced_by]),
    ).toEqual([
      ['policy-link/project/1002/7001', true, null, null],
      ['policy-link/project/1002/7002', true, 7001, null],
      ['policy-link/project/1002/7001', false, null, 7002],
    ]);
    expect(await postgres.query('SELECT key FROM trail.policy_links WHERE project_id = 1002')).toEqual([
      { key: 'policy-link/project/1002/7002' },
    ]);
  });

  it('places a link to a project by its root, also where the project came before', async () => {
    await put({
      namespaces: [{ id: 200, path: 'late' }],
      projects: [{ id: 2000, path: 'late/p', namespace: 200 }],
    });
    await put({ policy_links: [{ policy_project: 1001, project: 2000 }] });
    expect(await postgres.query('SELECT tenant FROM trail.policy_links WHERE project_id = 2000')).toEqual([
      { tenant: '200' },
    ]);
  });
});

describe('GET /api/v1/audit-events/{id}/affected-projects', () => {
  const ids = Array.from({ length: 250 }, (_, i) => 900_000 + 2 * i);
  const affecting = (n: number, affected_projects: string | null, contents: Content[]) =>
    sampleEvent(n, {
      consolidation: {
        key: `k${n}`,
        affected_projects_count: ids.length,
        affected_projects_sample: [],
        affected_projects,
        complete: true,
        missing: 0,
        amends: null,
      },
      contents,
    });
  const whole = contentOf(listOfIds(ids)!);
  const listed = affecting(700, whole.sha256, [whole]);
  const unlisted = affecting(701, null, []);

  it('gives all of them, page by page, with their paths where they are known', async () => {
    await produce([listed, unlisted]);
    await eventually(async () => expect((await get(`/${unlisted.id}`)).status).toBe(200));
    await put({ projects: [{ id: ids[0], path: 'big/known', namespace: 100 }] });
    const seen: { id: string; path: string | null }[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await get(`/${listed.id}/affected-projects?limit=100${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items);
      cursor = body.next;
    }
    expect(seen.map(({ id }) => Number(id))).toEqual(ids);
    expect(seen.slice(0, 2)).toEqual([
      { id: String(ids[0]), path: 'big/known' },
      { id: String(ids[1]), path: null },
    ]);
  });

  it('says that a list was not kept, that there is no event, or that the cursor is none', async () => {
    expect((await get(`/${unlisted.id}/affected-projects`)).status).toBe(410);
    expect((await get(`/${sampleEvent(999).id}/affected-projects`)).status).toBe(404);
    expect((await get(`/${listed.id}/affected-projects?cursor=none`)).body.errors[0].parameter).toBe(
      'cursor',
    );
    expect((await get('/nonsense/affected-projects')).status).toBe(400);
  });
});

it('shows the rules of the rollout flags', async () => {
  const { body } = await call('GET', '/api/v1/flags');
  expect(body).toMatchObject({
    file: null,
    faults: [],
    flags: [{ name: 'security_policy_audit_events', state: 'on', percentage: 100, source: 'default' }],
  });
});

it('does not find an event of a type that is only streamed', async () => {
  const streamed = sampleEvent(800, { type: 'dependency_firewall_allowed', category: 'activity' });
  const saved = sampleEvent(801);
  await produce([streamed, saved]);
  await eventually(async () => expect((await get(`/${saved.id}`)).status).toBe(200));
  expect((await get(`/${streamed.id}`)).status).toBe(404);
  expect((await get('?type=dependency_firewall_allowed')).body.items).toEqual([]);
});

async function produce(events: AuditEvent[]): Promise<void> {
  const producer = new RecordProducer(kafka.client, open);
  await producer.connect();
  await producer.send(
    topics.auditEvents,
    events.map((value) => ({ key: '1.0', value })),
  );
  await producer.disconnect();
}
