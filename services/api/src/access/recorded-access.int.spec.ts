import { generateKeyPairSync, hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plainFramework, topics, type AuditEvent } from '@auditmesh/events';
import type { OpenTopics } from '@auditmesh/kafka';
import { startService } from '@auditmesh/runtime';
import { eventually, runProgram, TestKafka, TestPostgres } from '@auditmesh/testing';
import { service } from '../api.module.js';
import { migrate } from '../store/migrate.js';

type App = Awaited<ReturnType<typeof startService>>;
interface Token {
  id: string;
  token: string;
}

const token = 'a token for the tests only';
const VIOLATION = '00000000-0000-8000-8000-000000000001';
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
  const { privateKey } = generateKeyPairSync('ed25519');
  api = await startService(service, {
    ...environment,
    API_TOKEN: token,
    EVIDENCE_SIGNING_KEY: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  });
  url = await api.getUrl();
});

afterAll(async () => {
  await api?.close();
  await postgres?.drop();
});

const entry = (key: string, value: object, offset: number): string =>
  `(0, ${offset}, '${key}', '1', '2026-02-01Z', '${JSON.stringify({ tenant: '1', ...value })}')`;
const framework = { ...plainFramework, id: 3, namespace_id: 1, name: 'SOC 2', projects: [70] };
const ROWS = `
  SET search_path = trail; SET timezone = 'UTC';
  INSERT INTO namespaces VALUES ('namespace/1', 1, '1', 'acme', NULL, 1);
  INSERT INTO directory_versions (partition, kafka_offset, key, tenant, valid_from, entry) VALUES
    ${[
      entry('namespace/1', { namespace: { id: 1, path: 'acme', parent_id: null, log_shards: 1 } }, 0),
      entry(
        'project/70',
        {
          project: {
            id: 70,
            path: 'acme/p',
            namespace_id: 1,
            archived: false,
            personal: false,
            settings: '{}',
          },
        },
        1,
      ),
      entry('framework/3', { framework }, 2),
    ].join()};
  INSERT INTO project_compliance_violations (id, created_at, updated_at, detected_at, tenant, project_id, project_path, namespace_id,
    compliance_requirement_id, compliance_requirement_expression, audit_event_id, audit_event_type, audit_event_log, log, control, title,
    severity, status, transitions, changes, actor_type)
  SELECT ('00000000-0000-8000-8000-' || lpad(n::text, 12, '0'))::uuid, now(), now(), '2026-03-05Z', '1', 70, 'acme/p', 1, 31,
    '{"expression":"x","values":{}}', gen_random_uuid(), 'merge_request_merged', '1.0', '1.0', 'approvals', 'Approvals', 'high', 0, 0, 0, 'user'
  FROM generate_series(1, 3) n;
`;

async function call(method: string, path: string, as: string, body?: object): Promise<Response> {
  return fetch(`${url}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${as}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
}

/** The answer is read to its end. */
async function get(path: string, as: string): Promise<number> {
  const response = await call('GET', path, as);
  await response.arrayBuffer();
  return response.status;
}

const newToken = async (wanted: object): Promise<Token> =>
  (await call('POST', 'tokens', token, { name: 'x', ...wanted })).json() as Promise<Token>;

/** Events of the trail whose actor or target is the token, in their order. */
const toldOf = async ({ id }: Token): Promise<AuditEvent[]> =>
  (await kafka.readAll(open, topics.auditEvents))
    .map(({ value }) => value)
    .filter(({ actor, target }) => actor.id === `token/${id}` || target.id === id);

const looks = async (of: Token) =>
  (await toldOf(of))
    .filter(({ target }) => target.type === 'compliance_record')
    .map(({ type, outcome, target, attributes }) => ({
      ...{ type, outcome, what: target.id },
      ...(JSON.parse(attributes!) as { filter: object }),
    }));

const routes: [path: string, what: string, filter: object][] = [
  ['violations?framework=3&status=detected', 'violations', { framework: 3, status: ['detected'] }],
  [`violations/${VIOLATION}`, 'violations', { id: VIOLATION }],
  ['violations/export?format=jsonl&project=70', 'violation-export', { format: 'jsonl', project: 70 }],
  ['violations/statistics?group_by=project', 'violation-statistics', { group_by: 'project' }],
  ['projects/70/compliance?at=2026-03-04', 'project-compliance', { id: '70', at: '2026-03-04' }],
  ['projects/70/compliance/history?from=2026-03-01', 'compliance-history', { id: '70', from: '2026-03-01' }],
  ['frameworks/3/evidence?from=2026-03-01', 'evidence', { id: '3', from: '2026-03-01' }],
];

describe('who looks at how a framework is kept', () => {
  it.each(routes)('is in the trail once per filter: %s', async (path, what, filter) => {
    const auditor = await newToken({ permissions: ['compliance:read'], namespaces: ['acme'] });
    expect([await get(path, auditor.token), await get(path, auditor.token)]).toEqual([200, 200]);
    await eventually(async () => {
      const [look, ...others] = await looks(auditor);
      expect(look).toMatchObject({ type: 'compliance_audit_read', outcome: 'success', what, filter });
      expect(others).toEqual([]);
    });
    const [event] = (await toldOf(auditor)).filter(({ type }) => type === 'compliance_audit_read');
    expect(event!.scope).toMatchObject({ type: 'group', id: '1', path: 'acme' });
  });

  it.each(routes)('is in the trail when refused: %s', async (path, what) => {
    const other = await newToken({ permissions: ['audit_events:read'] });
    expect(await get(path, other.token)).toBe(403);
    await eventually(async () =>
      expect(await looks(other)).toMatchObject([
        { type: 'compliance_audit_denied', outcome: 'denied', what, filter: {} },
      ]),
    );
  });

  it('says what a refused request was after', async () => {
    const other = await newToken({ permissions: ['audit_events:read'] });
    await get('violations/export?format=csv&control=approvals&namespace=acme', other.token);
    await eventually(async () =>
      expect(await looks(other)).toMatchObject([
        { filter: { format: 'csv', control: 'approvals', namespace: 'acme' } },
      ]),
    );
  });

  it('is shown nothing that cannot be recorded', async () => {
    const auditor = await newToken({ permissions: ['compliance:read'] });
    await postgres.query('ALTER TABLE ops.own_events RENAME TO away');
    try {
      for (const [path] of routes) expect(await get(path, auditor.token)).toBe(500);
    } finally {
      await postgres.query('ALTER TABLE ops.away RENAME TO own_events');
    }
    expect(await get('frameworks/3/evidence', auditor.token)).toBe(200);
  });
});

describe('a token', () => {
  it('is in the trail when it is made and when it is revoked, once, and never what it is', async () => {
    const made = await newToken({ permissions: ['compliance:read'], namespaces: ['acme'] });
    for (let times = 0; times < 2; times++)
      expect((await call('DELETE', `tokens/${made.id}`, token)).status).toBe(204);
    await eventually(async () => expect(await toldOf(made)).toHaveLength(2));
    const events = await toldOf(made);
    expect(events).toMatchObject([
      { type: 'api_token_created', category: 'administration', outcome: 'success', actor: { name: 'admin' } },
      { type: 'api_token_revoked', target: { type: 'api_token', id: made.id, name: 'x' } },
    ]);
    expect(JSON.parse(events[0]!.attributes!)).toEqual({
      permissions: ['compliance:read'],
      namespaces: ['acme'],
      expires_at: null,
    });
    const text = JSON.stringify(events);
    expect(text).not.toContain(made.token.slice(4, 20));
    expect(text).not.toContain(hash('sha256', made.token, 'hex'));
  });

  it('is neither made nor revoked without its event', async () => {
    const { id, token: own } = await newToken({ permissions: ['compliance:read'] });
    const count = async () => (await postgres.query('SELECT FROM ops.api_tokens')).length;
    const before = await count();
    await postgres.query('ALTER TABLE ops.own_events RENAME TO away');
    try {
      expect((await call('POST', 'tokens', token, { name: 'y', permissions: ['flags:read'] })).status).toBe(
        500,
      );
      expect((await call('DELETE', `tokens/${id}`, token)).status).toBe(500);
    } finally {
      await postgres.query('ALTER TABLE ops.away RENAME TO own_events');
    }
    expect(await count()).toBe(before);
    expect(await get('violations', own)).toBe(200);
  });
});
