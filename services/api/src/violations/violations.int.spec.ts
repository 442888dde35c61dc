import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@auditmesh/events';
import type { OpenTopics } from '@auditmesh/kafka';
import { startService } from '@auditmesh/runtime';
import { runProgram, TestKafka, TestPostgres } from '@auditmesh/testing';
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
/** Violations, of projects 70 to 79 in turn; those of 70 to 74 are in acme/pay. */
const COUNT = 2_345;
let postgres: TestPostgres;
let kafka: TestKafka;
let open: OpenTopics;
let api: App;
let url: string;

beforeAll(async () => {
  kafka = new TestKafka();
  postgres = await TestPostgres.create();
  open = await kafka.create([topics.auditEvents, topics.directoryChanges, topics.complianceCommands]);
  const environment = { ...kafka.environment, DATABASE_URL: postgres.url };
  await runProgram('projector', 'migrate.main.js', environment);
  await migrate(postgres.url);
  await postgres.query(ROWS);
  api = await startService(service, { ...environment, API_TOKEN: token });
  url = await api.getUrl();
});

afterAll(async () => {
  await api?.close();
  await postgres?.drop();
});

const id = (n: number): string => `00000000-0000-8000-8000-${String(n).padStart(12, '0')}`;
const ACTOR = `'{"id":"17","type":"user","name":"Ann Lee","email":"ann@example.com","ip":null,"user_agent":null}'`;

/**
 * Their log is one that the directory does not give them any more. Number n is detected n minutes after 1 March 2026; every third is resolved two days later, one in 100 dismissed.
 */
const ROWS = `
  SET search_path = trail; SET timezone = 'UTC';
  INSERT INTO namespaces VALUES ('namespace/1', 1, '1', 'acme', NULL, 4), ('namespace/2', 2, '1', 'acme/pay', 1, 1),
    ('namespace/9', 9, '9', 'other', NULL, 1);
  INSERT INTO project_compliance_violations (id, created_at, updated_at, detected_at, tenant, project_id, project_path, namespace_id,
    compliance_requirement_id, compliance_requirement_expression, audit_event_id, audit_event_type, audit_event_log, log, control, title,
    severity, status, closed_at, transitions, changes, actor_id, actor_type, actor_name, actor_email)
  SELECT ('00000000-0000-8000-8000-' || lpad(n::text, 12, '0'))::uuid, now(), now(), timestamptz '2026-03-01Z' + n * interval '1 minute',
    '1', 70 + n % 10, CASE WHEN n % 10 < 5 THEN 'acme/pay/p' ELSE 'acme/p' END || n % 10, CASE WHEN n % 10 < 5 THEN 2 ELSE 1 END,
    31 + n % 2, '{"expression":"event.details.approvals >= 2","values":{"event.details.approvals":1}}', gen_random_uuid(),
    'merge_request_merged', '1.0', '1.7', CASE WHEN n % 2 = 0 THEN 'minimum_approvals_required_2' ELSE 'external/7' END,
    CASE WHEN n % 7 = 0 THEN '=HYPERLINK("x")' ELSE 'Two approvals, "at least"' END, CASE WHEN n % 4 = 0 THEN 'high' ELSE 'low' END,
    CASE WHEN n % 100 = 0 THEN 3 WHEN n % 3 = 0 THEN 2 ELSE 0 END, NULL, (n % 100 = 0 OR n % 3 = 0)::int, (n % 100 = 0 OR n % 3 = 0)::int,
    CASE WHEN n % 5 = 0 THEN '17' ELSE '18' END, 'user', CASE WHEN n % 5 = 0 THEN 'Ann Lee' END, CASE WHEN n % 5 = 0 THEN 'ann@example.com' END
  FROM generate_series(1, ${COUNT}) n;
  INSERT INTO project_compliance_violation_requirements
  SELECT v.id, r.id, r.name, 3, 'SOC 2', r.position, v.detected_at FROM project_compliance_violations v
  CROSS JOIN LATERAL (VALUES (v.compliance_requirement_id, 'Four eyes', 0), (40, 'Everything', 1)) r (id, name, position);
  INSERT INTO project_compliance_violation_changes (violation_id, number, id, kind, at, recorded_at, actor, cause_id, cause_topic, from_status, to_status, automatic)
  SELECT id, 0, gen_random_uuid(), 'detected', detected_at, now(), ${ACTOR}, audit_event_id::text, 'audit.events.v1', NULL, 0, NULL
  FROM project_compliance_violations;
  INSERT INTO project_compliance_violation_changes (violation_id, number, id, kind, at, recorded_at, actor, cause_id, cause_topic, from_status, to_status, automatic, reason)
  SELECT id, 1, gen_random_uuid(), 'transition', detected_at + interval '2 days', now(), ${ACTOR}, gen_random_uuid()::text,
    'compliance.commands.v1', 0, status, false, 'Done' FROM project_compliance_violations WHERE status > 0;
  INSERT INTO project_compliance_violation_changes (violation_id, number, id, kind, at, recorded_at, actor, cause_id, comment, url, title, removed)
  VALUES ('${id(2)}', 1, gen_random_uuid(), 'comment', '2026-03-02', now(), ${ACTOR}, 'c1', 'Looking into it', NULL, NULL, NULL),
    ('${id(2)}', 2, gen_random_uuid(), 'link', '2026-03-03', now(), ${ACTOR}, 'c2', NULL, 'https://t.example/1', 'One', false),
    ('${id(2)}', 3, gen_random_uuid(), 'link', '2026-03-04', now(), ${ACTOR}, 'c3', NULL, 'https://t.example/2', NULL, false),
    ('${id(2)}', 4, gen_random_uuid(), 'link', '2026-03-05', now(), ${ACTOR}, 'c4', NULL, 'https://t.example/1', 'One', true);
  INSERT INTO project_compliance_violations SELECT ('00000000-0000-8000-8000-' || lpad('9999', 12, '0'))::uuid, created_at, updated_at, detected_at, '9', 900,
    'other/p', 9, compliance_requirement_id, compliance_requirement_expression, gen_random_uuid(), audit_event_type, '9.0', control, title, severity,
    0, NULL, 0, 0, NULL, 'system', NULL, NULL, NULL, NULL, '9.0' FROM project_compliance_violations WHERE id = '${id(1)}';
`;

async function call(
  method: string,
  path: string,
  { body, key, as = token }: { body?: unknown; key?: string; as?: string } = {},
): Promise<Answer> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${as}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** An export, as text. */
async function download(query: string): Promise<{ headers: Headers; text: string }> {
  const response = await fetch(`${url}/api/v1/violations/export?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(response.status).toBe(200);
  return { headers: response.headers, text: await response.text() };
}

const get = (path: string, as?: string) => call('GET', `/violations${path}`, as === undefined ? {} : { as });

async function tokenFor(permissions: string[], namespaces?: string[]): Promise<string> {
  const { body } = await call('POST', '/tokens', {
    body: { name: 'x', permissions, ...(namespaces && { namespaces }) },
  });
  return body.token as string;
}

describe('GET /api/v1/violations', () => {
  it('gives pages from the newest on, without a gap or a repetition', async () => {
    const seen: string[] = [];
    for (let path: string | null = '?limit=1000&namespace=1'; path;) {
      const { body, headers } = await get(path);
      seen.push(...body.items.map((v: { detected_at: string; id: string }) => `${v.detected_at} ${v.id}`));
      expect(headers.get('link')?.includes('rel="next"') ?? false).toBe(body.next !== null);
      path = body.next && `?limit=1000&namespace=1&cursor=${body.next}`;
    }
    expect(seen).toHaveLength(COUNT);
    expect(seen).toEqual([...new Set(seen)].toSorted().toReversed());
  });

  it.each([
    ['project=73', 235],
    ['namespace=acme', COUNT],
    ['namespace=acme/pay', 1_174],
    ['namespace=2', 1_174],
    ['namespace=acme/pa', 0],
    ['framework=3', COUNT],
    ['framework=4', 0],
    ['requirement=31', 1_172],
    ['requirement=40', COUNT],
    ['control=external/7', 1_173],
    ['control=external/7,minimum_approvals_required_2', COUNT],
    ['status=dismissed', 23],
    ['status=detected&status=in_review', 1_548],
    ['severity=high', 586],
    ['actor=17', 469],
    ['actor=ANN LEE', 469],
    ['actor=Ann@Example.com', 469],
    ['from=2026-03-02&to=2026-03-02T01:00:00Z', 60],
    ['project=73&status=resolved&control=external/7', 79],
  ])('narrows by %s', async (query, found) => {
    const { text } = await download(
      `format=jsonl&${query.includes('namespace') ? '' : 'namespace=1&'}${query}`,
    );
    expect(text.split('\n').filter(Boolean)).toHaveLength(found);
  });

  it.each([
    ['limit=1001', 'limit'],
    ['project=x', 'project'],
    ['namespace=77', 'namespace'],
    ['status=open', 'status'],
    ['severity=awful', 'severity'],
    ['control=Bad Name', 'control'],
    ['from=yesterday', 'from'],
    ['cursor=abc', 'cursor'],
    ['colour=red', 'colour'],
  ])('answers %s with 400, naming the parameter', async (query, parameter) => {
    const { status, body } = await get(`?${query}`);
    expect(status).toBe(400);
    expect(body.errors[0].parameter).toBe(parameter);
  });

  it('shows a violation with what asked for the control, the snapshot and its history', async () => {
    const { body } = await get(`/${id(2)}`);
    expect(body).toMatchObject({
      status: 'detected',
      next_statuses: ['in_review', 'resolved', 'dismissed'],
      control: 'minimum_approvals_required_2',
      detected_at: '2026-03-01T00:02:00.000000Z',
      project: { id: 72, path: 'acme/pay/p2', namespace_id: 2, root_namespace_id: '1' },
      requirements: [
        { framework_id: 3, framework_name: 'SOC 2', requirement_id: 31, requirement_name: 'Four eyes' },
        { requirement_id: 40, requirement_name: 'Everything' },
      ],
      expression: 'event.details.approvals >= 2',
      values: { 'event.details.approvals': 1 },
      history: [{ number: 0, from: null, to: 'detected', actor: { name: 'Ann Lee' } }],
      comments: [{ number: 1, text: 'Looking into it', actor: { name: 'Ann Lee' } }],
      links: [{ number: 3, url: 'https://t.example/2', title: null }],
    });
    expect(body.audit_event.url).toBe(`/api/v1/audit-events/${body.audit_event.id}`);
    const resolved = await get(`/${id(3)}`);
    expect(resolved.body).toMatchObject({
      status: 'resolved',
      next_statuses: ['detected'],
      history: [{ to: 'detected' }, { from: 'detected', to: 'resolved', reason: 'Done', automatic: false }],
    });
  });

  it('shows nothing of other groups, and nothing without the permission', async () => {
    const group = await tokenFor(['compliance:read'], ['acme/pay']);
    expect((await get(`/${id(2)}`, group)).status).toBe(200);
    expect((await get(`/${id(5)}`, group)).status).toBe(404);
    expect((await get('?limit=1', group)).body.items[0].project.path).toMatch(/^acme\/pay\//);
    expect((await get('?limit=1&namespace=other', group)).body.items).toEqual([]);
    const { body: counted } = await get('/statistics?group_by=project&from=2026-03-01&to=2026-03-04', group);
    expect(counted.items.map(({ key }: { key: string }) => key).toSorted()).toEqual([
      '70',
      '71',
      '72',
      '73',
      '74',
    ]);
    const other = await tokenFor(['audit_events:read']);
    expect((await get('', other)).status).toBe(403);
    expect((await get('/not-an-id')).status).toBe(400);
  });
});

describe('the export', () => {
  it('is CSV with all of them, and no cell that a spreadsheet would run', async () => {
    const { headers, text } = await download('');
    expect(headers.get('content-type')).toContain('text/csv');
    expect(headers.get('content-disposition')).toBe('attachment; filename="violations.csv"');
    const lines = text.split('\r\n');
    expect(lines).toHaveLength(COUNT + 3);
    expect(lines[0]).toMatch(/^id,status,severity,detected_at,/);
    expect(lines.filter((line) => line.includes(`"'=HYPERLINK(""x"")"`))).toHaveLength(335);
    expect(lines[1]).toContain('"{""event.details.approvals"":1}"');
  });
});

describe('the statistics', () => {
  const statistics = async (query: string) =>
    (await get(`/statistics?namespace=acme&from=2026-03-01&to=2026-03-05&${query}`)).body;
  const figures = (group: { intervals: Record<string, number>[] }) =>
    group.intervals.map(({ opened, resolved, dismissed, open: left }) => [opened, resolved, dismissed, left]);

  it('count what was opened, resolved and dismissed, and what is open, day by day', async () => {
    const { items, left_off } = await statistics('group_by=framework');
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ key: '3', name: 'SOC 2' });
    // 1,439 on the first day, since the first comes a minute after midnight.
    expect(figures(items[0])).toEqual([
      [1_439, 0, 0, 1_439],
      [906, 0, 0, 2_345],
      [0, 475, 14, 1_856],
      [0, 299, 9, 1_548],
    ]);
    expect(left_off).toBe(0);
  });

  it('are the same in sum however they are grouped, and begin with what was open before', async () => {
    for (const group_by of ['control', 'project']) {
      const { body } = await get(
        `/statistics?namespace=acme&from=2026-03-02&to=2026-03-05&interval=month&group_by=${group_by}`,
      );
      const sums = body.items
        .flatMap(figures)
        .reduce((a: number[], b: number[]) => a.map((x, i) => x + b[i]!));
      expect(sums).toEqual([2_345, 774, 23, 1_548]);
    }
    const { body } = await get('/statistics?namespace=acme&from=2026-03-03&to=2026-03-04&group_by=control');
    expect(
      body.items
        .flatMap(figures)
        .map(([, , , left]: number[]) => left)
        .reduce((a: number, b: number) => a + b),
    ).toBe(1_856);
  });

  it('say how many are in each status', async () => {
    const { items } = await statistics('group_by=status&interval=month');
    const byStatus = Object.fromEntries(
      items.map((item: { key: string; intervals: object[] }) => [item.key, figures(item as never)[0]]),
    );
    expect(byStatus).toEqual({
      detected: [2_345, 797, 0, 1_548],
      resolved: [774, 0, 0, 774],
      dismissed: [23, 0, 0, 23],
    });
  });

  it('refuse more intervals than anyone reads', async () => {
    const { status, body } = await get('/statistics?from=2000-01-01');
    expect([status, body.errors[0].parameter]).toEqual([400, 'interval']);
  });
});

describe('asking the engine', () => {
  const ask = (path: string, body: unknown, key: string, as?: string) =>
    call('POST', `/violations/${path}`, { body, key, ...(as === undefined ? {} : { as }) });

  it('writes one command per key, on the log of the violation', async () => {
    const path = `${id(2)}/transitions`;
    const first = await ask(path, { to: 'in_review', reason: 'Mine' }, 't1');
    const again = await ask(path, { to: 'in_review', reason: 'Mine' }, 't1');
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(first.headers.get('location')).toBe(`/api/v1/violations/${id(2)}`);
    expect((await ask(path, { to: 'resolved' }, 't1')).status).toBe(422);
    await ask(`${id(2)}/comments`, { text: 'Hm\u0000m' }, 't2');
    await ask(`${id(2)}/links`, { url: 'https://t.example/3' }, 't3');
    await call('DELETE', `/violations/${id(2)}/links/3`, { key: 't4' });
    const records = await kafka.readAll(open, topics.complianceCommands);
    expect(new Set(records.map(({ key }) => key))).toEqual(new Set(['1.7']));
    expect(records.map(({ value }) => value.transition ?? value.comment ?? value.link)).toEqual([
      { violation_id: id(2), to: 'in_review', reason: 'Mine' },
      { violation_id: id(2), text: 'Hm\\u0000m' },
      { violation_id: id(2), url: 'https://t.example/3', title: null, removed: false },
      { violation_id: id(2), url: 'https://t.example/2', title: null, removed: true },
    ]);
    expect(records[0]!.value).toMatchObject({
      id: first.body.id,
      tenant: '1',
      project_id: 72,
      actor: { id: null, type: 'access_token', name: 'admin' },
    });
  });

  it('is refused where the lifecycle forbids it, saying what is allowed', async () => {
    const { status, body } = await ask(`${id(3)}/transitions`, { to: 'dismissed', reason: 'No' }, 'l1');
    expect(status).toBe(409);
    expect(body.detail).toBe('A violation that is resolved can become detected, not dismissed.');
    expect(body.errors).toEqual([{ parameter: 'to', detail: 'detected' }]);
  });

  it.each<[string, string, unknown, string, number, string | undefined]>([
    ['a dismissal without a reason', `${id(4)}/transitions`, { to: 'dismissed' }, 'b1', 400, 'reason'],
    ['a status that is none', `${id(4)}/transitions`, { to: 'open' }, 'b2', 400, 'to'],
    ['no key', `${id(4)}/transitions`, { to: 'resolved' }, '', 400, 'Idempotency-Key'],
    ['an empty comment', `${id(4)}/comments`, { text: ' ' }, 'b4', 400, 'text'],
    ['a link that runs code', `${id(4)}/links`, { url: 'javascript:alert(1)' }, 'b5', 400, 'url'],
    ['a link that is there', `${id(2)}/links`, { url: 'https://t.example/2' }, 'b6', 409, undefined],
    ['a violation that is none', `${id(8888)}/comments`, { text: 'x' }, 'b7', 404, undefined],
    ['an id that is none', 'x/comments', { text: 'x' }, 'b8', 400, 'id'],
    ['another wait', `${id(4)}/comments?wait=ever`, { text: 'x' }, 'b9', 400, 'wait'],
  ])('answers %s with a problem', async (_what, path, body, key, status, parameter) => {
    const answer = await ask(path, body, key);
    expect(answer.status).toBe(status);
    if (parameter) expect(answer.body.errors[0].parameter).toBe(parameter);
  });

  it('says that a link which is not there cannot be removed', async () => {
    const remove = (number: number) =>
      call('DELETE', `/violations/${id(2)}/links/${number}`, { key: `r${number}` });
    expect((await remove(2)).status).toBe(404);
    expect((await remove(77)).status).toBe(404);
  });

  it('needs its permission, in the group of the project', async () => {
    const [reader, writer] = [
      await tokenFor(['compliance:read'], ['acme']),
      await tokenFor(['compliance:write'], ['acme/pay']),
    ];
    expect((await ask(`${id(4)}/comments`, { text: 'x' }, 'p1', reader)).status).toBe(403);
    expect((await ask(`${id(5)}/comments`, { text: 'x' }, 'p2', writer)).status).toBe(404);
    expect((await ask(`${id(4)}/comments`, { text: 'x' }, 'p3', writer)).status).toBe(202);
  });
});
