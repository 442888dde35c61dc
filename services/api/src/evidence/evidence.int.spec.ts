import { execFile } from 'node:child_process';
import { generateKeyPairSync, hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plainFramework, plainRequirement, topics } from '@auditmesh/events';
import { startService } from '@auditmesh/runtime';
import { eventually, runProgram, TestKafka, TestPostgres } from '@auditmesh/testing';
import { fromBufferPromise } from 'yauzl';
import { service } from '../api.module.js';
import { migrate } from '../store/migrate.js';

type App = Awaited<ReturnType<typeof startService>>;
const token = 'a token for the tests only';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
/** Violations of the period; more than a page has. */
const COUNT = 1_200;
let folder: string;
let kafka: TestKafka;
let postgres: TestPostgres;
let api: App;
let url: string;
let files: Map<string, Buffer>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'evidence-'));
  kafka = new TestKafka();
  postgres = await TestPostgres.create();
  await kafka.create([topics.auditEvents, topics.directoryChanges, topics.complianceCommands]);
  await runProgram('projector', 'migrate.main.js', environment());
  await migrate(postgres.url);
  await postgres.query(ROWS);
  api = await startService(service, {
    ...environment(),
    EVIDENCE_SIGNING_KEY: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  });
  url = await api.getUrl();
  files = await unpack(
    await (await get('frameworks/3/evidence?from=2026-03-01&to=2026-04-01')).arrayBuffer(),
  );
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
});

afterAll(async () => {
  await api?.close();
  await postgres?.drop();
  rmSync(folder, { recursive: true });
});

const environment = () => ({ ...kafka.environment, DATABASE_URL: postgres.url, API_TOKEN: token });
const get = (path: string, as: string | null = token) =>
  fetch(`${url}/api/v1/${path}`, { headers: as === null ? {} : { authorization: `Bearer ${as}` } });

async function unpack(zip: ArrayBuffer): Promise<Map<string, Buffer>> {
  const opened = await fromBufferPromise(Buffer.from(zip));
  const entries = new Map<string, Buffer>();
  for await (const entry of opened.eachEntry())
    entries.set(entry.fileName, await buffer(await opened.openReadStreamPromise(entry)));
  return entries;
}

const day = (n: number): string => `2026-03-${String(n).padStart(2, '0')}T00:00:00.000000Z`;
const requirement = {
  ...plainRequirement,
  id: 31,
  name: 'Four eyes',
  controls: ['minimum_approvals_required_2', 'ours'],
  external_controls: [
    { id: 7, name: 'Scanner', url: 'https://s.example', ping_enabled: true, timeout_s: 60 },
  ],
};
const soc2 = {
  ...plainFramework,
  id: 3,
  namespace_id: 1,
  name: 'SOC 2',
  requirements: [requirement],
  projects: [70],
};
const other = {
  ...soc2,
  ...{ id: 4, name: 'Other', projects: [71], requirements: [{ ...requirement, id: 41 }] },
};
const ours = (expression: string) => ({
  control: { namespace_id: 1, name: 'ours', definition: `expression: ${expression}` },
});

let offset = 0;
const version = (at: string, key: string, entry: object | null): string =>
  `(0, ${offset++}, '${key}', '1', '${at}', ${entry ? `'${JSON.stringify({ tenant: '1', ...entry })}'` : 'NULL'})`;
const project = (id: number) => ({
  project: { id, path: `acme/p${id}`, namespace_id: 1, archived: false, personal: false, settings: '{}' },
});

/** Violation n is detected in minute n of 5 March, and every second is resolved on the 7th; one was closed in February. */
const ROWS = `
  SET search_path = trail; SET timezone = 'UTC';
  SELECT ensure_month('2026-03-01');
  INSERT INTO namespaces VALUES ('namespace/1', 1, '1', 'acme', NULL, 1), ('namespace/2', 2, '1', 'acme/pay', 1, 1);
  INSERT INTO directory_versions (partition, kafka_offset, key, tenant, valid_from, entry) VALUES
    ${[
      version('2026-02-01Z', 'namespace/1', {
        namespace: { id: 1, path: 'acme', parent_id: null, log_shards: 1 },
      }),
      version('2026-02-01Z', 'project/70', project(70)),
      version('2026-02-01Z', 'project/71', project(71)),
      version('2026-02-01Z', 'control/1/ours', ours('a == 1')),
      version('2026-02-02Z', 'framework/3', { framework: soc2 }),
      version('2026-02-02Z', 'framework/4', { framework: other }),
      version(day(10), 'control/1/ours', ours('a == 2')),
      version(day(20), 'framework/3', { framework: { ...soc2, name: 'SOC 3', projects: [71] } }),
    ].join()};
  INSERT INTO project_compliance_violations (id, created_at, updated_at, detected_at, tenant, project_id, project_path, namespace_id,
    compliance_requirement_id, compliance_requirement_expression, audit_event_id, audit_event_type, audit_event_log, log, control, title,
    severity, status, closed_at, transitions, changes, actor_type)
  SELECT ('00000000-0000-8000-8000-' || lpad(n::text, 12, '0'))::uuid, now(), now(),
    CASE WHEN n = 0 THEN timestamptz '2026-02-05Z' ELSE '2026-03-05Z' END + n * interval '1 minute', '1', 70, 'acme/p70', 1, 31,
     jsonb_build_object('expression', 'size(event.details.approvers) >= ' || CASE WHEN n <= 10 THEN 1 ELSE 2 END,
       'values', '{"event.details.approvers":[]}'::jsonb),
     ('00000000-0000-8000-9000-' || lpad(n::text, 12, '0'))::uuid, 'merge_request_merged', '1.0', '1.0', 'minimum_approvals_required_2',
    'Two approvals', 'high', CASE WHEN n % 2 = 0 THEN 2 ELSE 0 END,
    CASE WHEN n = 0 THEN timestamptz '2026-02-06Z' WHEN n % 2 = 0 THEN '${day(7)}' END, (n % 2 = 0)::int, (n % 2 = 0)::int, 'user'
  FROM generate_series(0, ${COUNT}) n;
  INSERT INTO project_compliance_violation_requirements
  SELECT id, 31, 'Four eyes', 3, 'SOC 2', 0, detected_at FROM project_compliance_violations;
  INSERT INTO project_compliance_violation_changes (violation_id, number, id, kind, at, recorded_at, actor, cause_id, to_status)
  SELECT id, 0, gen_random_uuid(), 'detected', detected_at, now(), '{"name":"Ann"}', 'e', 0 FROM project_compliance_violations;
  INSERT INTO project_compliance_violation_changes (violation_id, number, id, kind, at, recorded_at, actor, cause_id, from_status, to_status, automatic, reason)
  SELECT id, 1, gen_random_uuid(), 'transition', closed_at, now(), '{"name":"Bob"}', 'c', 0, 2, false, 'Reviewed' FROM project_compliance_violations WHERE transitions > 0;
  INSERT INTO project_control_states (project_id, control, at, id, recorded_at, kafka_offset, tenant, state, cause_id)
  SELECT 70, control, '2026-02-03Z', gen_random_uuid(), now(), 1, '1', 'pass', 'c' FROM unnest(ARRAY['minimum_approvals_required_2', 'ours', 'external/7']) control;
  INSERT INTO audit_events (id, type, category, occurred_at, recorded_at, actor_id, actor_type, scope_type, scope_id, scope_path, root_namespace_id,
    target_type, outcome, message, details, cause_id, source, log, log_position)
  SELECT audit_event_id, 'merge_request_merged', 'activity', detected_at, now(), '17', 'user', 'project', '70', 'acme/p70', '1', 'merge_request',
    'success', 'Merged', '{"approvers":[]}', id::text, 'test', '1.0', row_number() OVER () FROM project_compliance_violations WHERE detected_at > '2026-03-01';
`;

const json = (name: string) => JSON.parse(String(files.get(name)));
const lines = (name: string): string[] =>
  String(files.get(name))
    .split('\n')
    .filter(Boolean)
    .map((line) => line.trimEnd());

/** Runs openssl in a folder that holds the files, and nothing of ours. */
const openssl = (...args: string[]): Promise<string> =>
  new Promise((resolve) =>
    execFile('openssl', args, { cwd: folder }, (_error, stdout, stderr) => resolve(stdout + stderr)),
  );
const check = (manifest = 'manifest.json') =>
  openssl(
    ...['pkeyutl', '-verify', '-pubin', '-inkey', 'public-key.pem', '-rawin'],
    ...['-in', manifest, '-sigfile', 'manifest.json.sig'],
  );

describe('an evidence pack', () => {
  it('can be checked with openssl alone, and with one byte changed it fails', async () => {
    expect(await check()).toContain('Signature Verified Successfully');
    const manifest = readFileSync(join(folder, 'manifest.json'));
    manifest[manifest.length >> 1]! ^= 1;
    writeFileSync(join(folder, 'changed.json'), manifest);
    expect(await check('changed.json')).toContain('Verification Failure');
  });

  it('lists every file with its hash, so that one byte changed anywhere shows', () => {
    const { files: listed } = json('manifest.json');
    expect(listed.map(({ name }: { name: string }) => name)).toEqual([
      ...['README.txt', 'framework.json', 'projects.csv', 'status.csv', 'violations.csv', 'violations.jsonl'],
      'public-key.pem',
    ]);
    for (const { name, sha256, bytes } of listed) {
      const content = Buffer.from(files.get(name)!);
      expect([hash('sha256', content, 'hex'), content.length]).toEqual([sha256, bytes]);
      content[content.length >> 1]! ^= 1;
      expect(hash('sha256', content, 'hex')).not.toBe(sha256);
    }
  });

  it('is signed with the key that the api publishes, to anyone', async () => {
    const published = await get('evidence/public-key', null);
    expect(published.status).toBe(200);
    expect(await published.text()).toBe(String(files.get('public-key.pem')));
    expect(String(files.get('public-key.pem'))).toBe(publicKey.export({ format: 'pem', type: 'spki' }));
    const der = publicKey.export({ format: 'der', type: 'spki' });
    expect(json('manifest.json').public_key_sha256).toBe(hash('sha256', der, 'hex'));
    expect(String(files.get('README.txt'))).toContain(hash('sha256', der, 'hex'));
  });

  it('says what was required, when, with the expressions as they stood', () => {
    const { versions, controls } = json('framework.json');
    expect(versions).toMatchObject([
      { name: 'SOC 2', from: day(1), to: day(20), requirements: [{ name: 'Four eyes' }] },
      { name: 'SOC 3', from: day(20), to: '2026-04-01T00:00:00.000000Z' },
    ]);
    expect(controls).toMatchObject([
      {
        name: 'minimum_approvals_required_2',
        kind: 'built_in',
        versions: [{ expression: 'size(event.details.approvers) >= 2' }],
      },
      {
        name: 'ours',
        kind: 'own',
        versions: [
          { definition: 'expression: a == 1', from: day(1), to: day(10) },
          { definition: 'expression: a == 2', from: day(10) },
        ],
      },
      { name: 'external/7', kind: 'external' },
    ]);
  });

  it('says what was broken while a control that comes with the mesh had another expression', () => {
    const [builtIn, own] = json('framework.json').controls;
    const at = (minute: number) =>
      new Date(Date.UTC(2026, 2, 5, 0, minute)).toISOString().replace('Z', '000Z');
    expect(builtIn.changed).toBe(true);
    expect(builtIn.versions.map(({ as_of }: { as_of: string }) => as_of)).toEqual([
      json('manifest.json').made_at,
    ]);
    expect(builtIn.seen).toEqual([
      {
        expression: 'size(event.details.approvers) >= 1',
        ...{ first_detected_at: at(1), last_detected_at: at(10), violations: 10 },
      },
      {
        expression: 'size(event.details.approvers) >= 2',
        ...{ first_detected_at: at(11), last_detected_at: at(COUNT), violations: COUNT - 10 },
      },
    ]);
    expect([own.seen, 'changed' in own]).toEqual([[], false]);
    expect(String(files.get('README.txt'))).toContain('"changed": true');
  });

  it('says how each project stood, and when the framework counted for it', () => {
    const end = '2026-04-01T00:00:00.000000Z';
    expect(lines('projects.csv').slice(1)).toEqual([
      `70,acme/p70,${day(1)},${day(20)}`,
      `71,acme/p71,${day(20)},${end}`,
    ]);
    expect(lines('status.csv').slice(1)).toEqual([
      `70,acme/p70,31,Four eyes,pass,${day(1)},2026-03-05T00:01:00.000000Z`,
      `70,acme/p70,31,Four eyes,fail,2026-03-05T00:01:00.000000Z,${day(20)}`,
      `71,acme/p71,31,Four eyes,pending,${day(20)},${end}`,
    ]);
  });

  it('has every violation of the period, with its event and what became of it', () => {
    expect(lines('violations.csv')).toHaveLength(COUNT + 1);
    const violations = lines('violations.jsonl').map((line) => JSON.parse(line));
    expect(violations).toHaveLength(COUNT);
    expect(violations[0]).toMatchObject({
      status: 'resolved',
      expression: 'size(event.details.approvers) >= 2',
      history: [{ to: 'detected' }, { to: 'resolved', reason: 'Reviewed', actor: { name: 'Bob' } }],
      audit_event: { type: 'merge_request_merged', details: { approvers: [] } },
    });
    expect(violations.every(({ audit_event, audit_event_id }) => audit_event.id === audit_event_id)).toBe(
      true,
    );
  });

  it('holds no connection when it is read, or when nobody reads it to the end', async () => {
    const left = new AbortController();
    const response = await fetch(`${url}/api/v1/frameworks/3/evidence?from=2026-03-01`, {
      headers: { authorization: `Bearer ${token}` },
      signal: left.signal,
    });
    await response.body!.getReader().read();
    left.abort();
    await eventually(async () => {
      const open = await postgres.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
      );
      expect(open).toEqual([]);
    });
    for (let n = 0; n < 3; n++) await unpack(await (await get('frameworks/3/evidence')).arrayBuffer());
  });

  it.each([
    ['frameworks/3/evidence?to=2999-01-01', 400],
    ['frameworks/3/evidence?from=2026-03-02&to=2026-03-01', 400],
    ['frameworks/x/evidence', 400],
    ['frameworks/99/evidence', 404],
  ])('is not made for %s', async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });

  it('is made for nobody who does not reach the whole tenant', async () => {
    const tokenOf = async (namespaces: string[]): Promise<string> => {
      const made = await fetch(`${url}/api/v1/tokens`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'x', permissions: ['compliance:read'], namespaces }),
      });
      return ((await made.json()) as { token: string }).token;
    };
    expect((await get('frameworks/3/evidence', await tokenOf(['acme/pay']))).status).toBe(404);
    const whole = await get('frameworks/3/evidence', await tokenOf(['acme']));
    expect((await unpack(await whole.arrayBuffer())).size).toBe(9);
  });
});

it('is made by no api without a key, which says what to do', async () => {
  const other = await startService(service, environment());
  try {
    const response = await fetch(`${await other.getUrl()}/api/v1/evidence/public-key`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('EVIDENCE_SIGNING_KEY');
  } finally {
    await other.close();
  }
  await expect(startService(service, { ...environment(), EVIDENCE_SIGNING_KEY: 'nonsense' })).rejects.toThrow(
    'EVIDENCE_SIGNING_KEY',
  );
});
