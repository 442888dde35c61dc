import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plainFramework, plainRequirement, topics } from '@auditmesh/events';
import { startService } from '@auditmesh/runtime';
import { runProgram, TestKafka, TestPostgres } from '@auditmesh/testing';
import { service } from '../api.module.js';
import { migrate } from '../store/migrate.js';

type App = Awaited<ReturnType<typeof startService>>;
const token = 'a token for the tests only';
let postgres: TestPostgres;
let api: App;
let url: string;

beforeAll(async () => {
  const kafka = new TestKafka();
  postgres = await TestPostgres.create();
  await kafka.create([topics.auditEvents, topics.directoryChanges, topics.complianceCommands]);
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

const day = (n: number): string => `2026-03-${String(n).padStart(2, '0')}T00:00:00.000000Z`;
const id = (n: number): string => `00000000-0000-8000-8000-${String(n).padStart(12, '0')}`;
const twoEyes = { ...plainRequirement, id: 31, name: 'Two eyes', controls: ['approvals', 'scan'] };
const soc2 = { ...plainFramework, id: 3, namespace_id: 1, name: 'SOC 2', requirements: [twoEyes] };

let offset = 0;
const version = (at: string, key: string, tenant: string, entry: object | null): string =>
  `(0, ${offset++}, '${key}', '${tenant}', '${at}', ${entry ? `'${JSON.stringify({ tenant, ...entry })}'` : 'NULL'})`;
const namespace = (key: number, path: string, parent_id: number | null) => ({
  namespace: { id: key, path, parent_id, log_shards: 1 },
});
const project = (key: number, path: string, namespace_id: number) => ({
  project: { id: key, path, namespace_id, archived: false, personal: false, settings: '{}' },
});
const violation = (n: number, at: string, status: number, transitions: number): string =>
  `('${id(n)}', now(), now(), '${at}', '1', 70, 'acme/ledger', 1, 31, '{"expression":"x","values":{}}', '${id(n)}', 'merge_request_merged', '1.0', '1.0', 'approvals', 'Approvals', 'high', ${status}, ${transitions}, ${transitions}, 'user')`;
const transition = (n: number, number: number, at: string, from: number, to: number): string =>
  `('${id(n)}', ${number}, gen_random_uuid(), 'transition', '${at}', now(), '{}', 'c', ${from}, ${to}, false)`;
const state = (n: number, at: string, control: string, name: string, kafkaOffset: number): string =>
  `(70, '${control}', '${at}', '${id(n)}', now(), ${kafkaOffset}, '1', '${name}', 'c')`;

/** Two eyes is required of the ledger from the 2nd on, under another name from the 20th on, and no longer from the 25th on. */
const ROWS = `
  SET search_path = trail; SET timezone = 'UTC';
  INSERT INTO directory_versions (partition, kafka_offset, key, tenant, valid_from, entry) VALUES
    ${[
      version(day(1), 'namespace/1', '1', namespace(1, 'acme', null)),
      version(day(1), 'project/70', '1', project(70, 'acme/ledger', 1)),
      version(day(1), 'project/71', '1', project(71, 'acme/other', 1)),
      version(day(2), 'framework/3', '1', { framework: { ...soc2, projects: [70, 72, 73] } }),
      version(day(20), 'framework/3', '1', {
        framework: { ...soc2, projects: [70], requirements: [{ ...twoEyes, name: 'Four eyes' }] },
      }),
      version(day(25), 'framework/3', '1', { framework: { ...soc2, projects: [71] } }),
      version(day(26), 'project/70', '1', null),
    ].join()};
  INSERT INTO project_compliance_violations (id, created_at, updated_at, detected_at, tenant, project_id, project_path, namespace_id,
    compliance_requirement_id, compliance_requirement_expression, audit_event_id, audit_event_type, audit_event_log, log, control, title,
    severity, status, transitions, changes, actor_type) VALUES ${[violation(1, day(5), 2, 3), violation(2, day(7), 2, 1)].join()};
  INSERT INTO project_compliance_violation_changes (violation_id, number, id, kind, at, recorded_at, actor, cause_id, from_status, to_status, automatic)
  VALUES ${[
    transition(1, 1, day(10), 0, 3),
    transition(1, 2, day(11), 3, 0),
    transition(1, 3, day(12), 0, 2),
    transition(2, 1, day(8), 0, 2),
  ].join()};
  INSERT INTO project_control_states (project_id, control, at, id, recorded_at, kafka_offset, tenant, state, cause_id) VALUES
    ${[
      state(11, day(3), 'approvals', 'pass', 1),
      state(12, day(3), 'scan', 'indeterminate', 2),
      state(13, day(3), 'scan', 'pass', 3),
      state(14, day(15), 'scan', 'indeterminate', 4),
    ].join()};
`;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are checked field by field
async function get(path: string, as = token): Promise<{ status: number; body: any }> {
  const response = await fetch(`${url}/api/v1/projects/${path}`, {
    headers: { authorization: `Bearer ${as}` },
  });
  return { status: response.status, body: await response.json() };
}

describe('GET /api/v1/projects/{id}/compliance', () => {
  it.each([
    [day(2), 'pending', day(2), 0, ['pending', 'pending']],
    [day(4), 'pass', day(3), 0, ['pass', 'pass']],
    [day(6), 'fail', day(5), 1, ['fail', 'pass']],
    ['2026-03-07', 'fail', day(5), 2, ['fail', 'pass']],
    [day(10), 'pass', day(10), 0, ['pass', 'pass']],
    ['2026-03-11T23:59:59.999999Z', 'fail', day(11), 1, ['fail', 'pass']],
    [day(14), 'pass', day(12), 0, ['pass', 'pass']],
    [day(16), 'pending', day(15), 0, ['pass', 'pending']],
  ])('says how it stood at %s', async (at, status, since, open_violations, controls) => {
    const { body } = await get(`70/compliance?at=${at}`);
    expect(body.project).toEqual({ id: 70, path: 'acme/ledger' });
    expect(body.frameworks).toHaveLength(1);
    expect(body.frameworks[0]).toMatchObject({ id: 3, name: 'SOC 2' });
    const [requirement] = body.frameworks[0].requirements;
    expect(requirement).toMatchObject({ id: 31, name: 'Two eyes', status, since, open_violations });
    expect(requirement.controls.map((control: { status: string }) => control.status)).toEqual(controls);
  });

  it('says since when each control is as it is, at the earliest since it is required', async () => {
    const controlsAt = async (at: string) =>
      (await get(`70/compliance?at=${at}`)).body.frameworks[0].requirements[0].controls;
    expect(await controlsAt(day(2))).toMatchObject([{ name: 'approvals', since: day(2) }, { since: day(2) }]);
    expect(await controlsAt(day(7))).toMatchObject([
      { name: 'approvals', status: 'fail', since: day(5), open_violations: 2 },
      { name: 'scan', status: 'pass', since: day(3), open_violations: 0 },
    ]);
  });

  it('uses the names of that time, and requires nothing before or after', async () => {
    const { body } = await get(`70/compliance?at=${day(21)}`);
    expect(body.frameworks[0].requirements[0]).toMatchObject({ name: 'Four eyes', since: day(15) });
    expect((await get(`70/compliance?at=${day(1)}`)).body.frameworks).toEqual([]);
    expect((await get(`70/compliance?at=${day(25)}`)).body.frameworks).toEqual([]);
    expect((await get('70/compliance')).body.frameworks).toEqual([]);
    expect((await get('71/compliance')).body.frameworks).toHaveLength(1);
  });

  it('refuses a time to come, and tells nobody of projects of others', async () => {
    const { status, body } = await get('70/compliance?at=2999-01-01');
    expect([status, body.errors[0].parameter]).toEqual([400, 'at']);
    expect((await get('70/compliance?at=soon')).status).toBe(400);
    expect((await get('x/compliance')).status).toBe(400);
    expect((await get('79/compliance')).status).toBe(404);
    await postgres.query(`INSERT INTO trail.namespaces VALUES ('namespace/9', 9, '9', 'other', NULL, 1)`);
    const made = await fetch(`${url}/api/v1/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'x', permissions: ['compliance:read'], namespaces: ['other'] }),
    });
    const { token: other } = (await made.json()) as { token: string };
    expect((await get('70/compliance', other)).status).toBe(404);
  });
});

describe('GET /api/v1/projects/{id}/compliance/history', () => {
  const runs = async (query: string) =>
    (await get(`70/compliance/history?${query}`)).body.items.map(
      ({ status, from, to }: Record<string, string>) => `${status} ${from!.slice(8, 10)}-${to!.slice(8, 10)}`,
    );

  it('gives every run, cut to the time that was asked for', async () => {
    expect(await runs('from=2026-03-01&to=2026-03-31')).toEqual([
      'pending 02-03',
      'pass 03-05',
      'fail 05-10',
      'pass 10-11',
      'fail 11-12',
      'pass 12-15',
      'pending 15-25',
    ]);
    expect(await runs('from=2026-03-06&to=2026-03-11')).toEqual(['fail 06-10', 'pass 10-11']);
    expect(await runs('from=2026-03-25&to=2026-03-31')).toEqual([]);
  });

  it('refuses times that make no sense', async () => {
    expect((await get('70/compliance/history?from=2026-03-02&to=2026-03-02')).status).toBe(400);
    expect((await get('70/compliance/history?to=2999-01-01')).status).toBe(400);
  });
});
