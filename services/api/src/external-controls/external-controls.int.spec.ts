import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics } from '@auditmesh/events';
import type { OpenTopics } from '@auditmesh/kafka';
import { startService } from '@auditmesh/runtime';
import { eventually, freePort, runProgram, TestKafka, TestPostgres } from '@auditmesh/testing';
import fc from 'fast-check';
import { service } from '../api.module.js';
import { migrate } from '../store/migrate.js';
import { webhookSecret } from './signatures.js';

type App = Awaited<ReturnType<typeof startService>>;

interface Question {
  headers: IncomingHttpHeaders;
  body: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are checked field by field
  json: any;
}

const apiToken = 'a token for the tests only';
const runs = Number(process.env.FUZZ_RUNS ?? 300);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const questions: Question[] = [];
let postgres: TestPostgres;
let kafka: TestKafka;
let open: OpenTopics;
let environment: Record<string, string>;
let api: App;
let url: string;
let receiver: Server;
let port: number;
let documentedPort: number;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      questions.push({ headers: request.headers, body, json: JSON.parse(body) });
      if (request.url !== '/silent')
        response.writeHead(Number(/^\/(\d{3})$/.exec(request.url!)?.[1] ?? 200)).end();
    });
  });
  port = await listen(receiver);
  documentedPort = await freePort();
  const apiPort = await freePort();
  kafka = new TestKafka();
  postgres = await TestPostgres.create();
  open = await kafka.create([topics.auditEvents, topics.directoryChanges, topics.complianceCommands]);
  environment = {
    ...kafka.environment,
    DATABASE_URL: postgres.url,
    API_TOKEN: apiToken,
    SECRETS_KEY: randomBytes(32).toString('base64'),
    PRIVATE_ADDRESSES_ALLOWED: '127.0.0.1/32',
    PUBLIC_URL: `http://127.0.0.1:${apiPort}`,
    EXTERNAL_CONTROLS_LOOK_MS: '200',
    EXTERNAL_CONTROLS_TIMEOUT_MS: '30000',
    EXTERNAL_CONTROLS_REFUSALS_PER_MINUTE: '1000000',
  };
  await runProgram('projector', 'migrate.main.js', environment);
  await migrate(postgres.url);
  await writeDirectory();
  api = await startService(service, { ...environment, HTTP_PORT: String(apiPort) });
  url = await api.getUrl();
});

afterAll(async () => {
  // Those that are never answered.
  receiver?.closeAllConnections();
  await api?.close();
  await postgres?.drop();
  receiver?.close();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** As the projector writes it. Framework 3 is of project 70, 4 of group 2 with 71 in it, 6 of its whole tenant. */
async function writeDirectory(): Promise<void> {
  const control = (id: number, path: string, more = {}) => ({
    id,
    name: `Control ${id}`,
    url: `http://127.0.0.1:${port}${path}`,
    ping_enabled: true,
    timeout_s: 1_800,
    ...more,
  });
  const framework = (
    id: number,
    namespace: number,
    { projects = [] as number[], groups = [] as number[], byDefault = false },
    controls: object[],
  ) =>
    `('framework/${id}', ${id}, '${namespace}', ${namespace}, 'Framework ${id}', '${JSON.stringify(projects)}', '${JSON.stringify(groups)}', ${byDefault},
      '${JSON.stringify([{ id: id * 10, name: 'Board', controls: [], external_controls: controls }])}')`;
  await postgres.query(`
    SET search_path = trail;
    INSERT INTO namespaces (key, id, tenant, path, parent_id, log_shards) VALUES
      ('namespace/1', 1, '1', 'acme', NULL, 4), ('namespace/2', 2, '1', 'acme/payments', 1, 1), ('namespace/5', 5, '5', 'other', NULL, 1);
    INSERT INTO projects (key, id, tenant, path, namespace_id, archived, personal, settings) VALUES
      ('project/70', 70, '1', 'acme/ledger', 1, false, false, '{}'),
      ('project/71', 71, '1', 'acme/payments/gate', 2, false, false, '{}'),
      ('project/80', 80, '5', 'other/thing', 5, false, false, '{}');
    INSERT INTO compliance_management_frameworks (key, id, tenant, namespace_id, name, projects, groups, by_default, requirements) VALUES
      ${[
        framework(3, 1, { projects: [70] }, [
          control(312, '/check?token=abc'),
          control(313, '/500', { timeout_s: 5 }),
          control(314, '', { url: `http://127.0.0.1:${documentedPort}` }),
        ]),
        framework(4, 1, { groups: [2] }, [
          control(320, '/404'),
          control(321, '', { url: `http://127.0.0.2:${port}/x` }),
        ]),
        framework(5, 1, { projects: [71] }, [
          control(330, '/check', { ping_enabled: false }),
          control(331, '/check'),
          control(332, '/slow-some-day'),
        ]),
        framework(6, 5, { byDefault: true }, [control(340, '/check')]),
      ].join()};
  `);
}

async function call(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${apiToken}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are checked field by field
  return { status: response.status, body: (await response.json()) as any };
}
const putSecret = async (control: number, secret?: string, keep?: number): Promise<string> => {
  const { status, body } = await call('PUT', `/api/v1/external-controls/${control}/secret`, {
    ...(secret !== undefined && { secret }),
    ...(keep !== undefined && { keep_previous_s: keep }),
  });
  expect(status).toBe(200);
  return secret ?? (body.secret as string);
};

const questionsTo = (control: number) => questions.filter(({ json }) => json.control.id === control);
const askedOf = (control: number, count: number) =>
  eventually(() => {
    expect(questionsTo(control).length).toBeGreaterThanOrEqual(count);
    return questionsTo(control)[count - 1]!;
  });
const commands = async (control: number) =>
  (await kafka.readAll(open, topics.complianceCommands)).filter(
    ({ value }) => value.verdict?.control_id === control,
  );
const events = async (control: number, type?: string) =>
  (await kafka.readAll(open, topics.auditEvents))
    .map(({ value }) => value)
    .filter(({ target, type: t }) => target.id === String(control) && (type === undefined || t === type));

interface Signed {
  status: string;
  timestamp?: number;
  nonce?: string;
  base?: string;
  body?: string;
}
/** Signs as a control would that knows only the documentation. */
function callback(secret: string, project: number, control: number, { base = '/api/v1', ...given }: Signed) {
  const path = `${base}/projects/${project}/compliance_external_controls/${control}/status`;
  const {
    timestamp = Math.floor(Date.now() / 1000),
    nonce = randomBytes(16).toString('hex'),
    status,
  } = given;
  const data = given.body ?? `status=${status}`;
  const signature = createHmac('sha256', secret).update(`${timestamp}${nonce}${path}${data}`).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-gitlab-timestamp': String(timestamp),
    'x-gitlab-nonce': nonce,
    'x-gitlab-hmac-sha256': signature,
  };
  return { path, headers, body: given.body ?? JSON.stringify({ status }) };
}
async function send({ path, headers, body }: ReturnType<typeof callback>) {
  const response = await fetch(`${url}${path}`, { method: 'PATCH', headers, body });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are checked field by field
  return { status: response.status, body: (await response.json()) as any };
}

describe('an external control', () => {
  let secret: string;

  it('is asked once it has a secret, after the engine was told, with signatures of both kinds', async () => {
    expect(questionsTo(312)).toEqual([]);
    secret = await putSecret(312);
    const { headers, body, json } = await askedOf(312, 1);
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    );
    expect(headers['x-gitlab-signature']).toBe(createHmac('sha256', secret).update(body).digest('hex'));
    expect(json).toMatchObject({
      request_id: headers['webhook-id'],
      project: { id: 70, path: 'acme/ledger' },
      control: { id: 312, name: 'Control 312' },
      framework: { id: 3 },
      requirement: { id: 30 },
      callback_url: `${url}/api/v1/projects/70/compliance_external_controls/312/status`,
    });
    const [told] = await commands(312);
    expect(told).toMatchObject({
      key: expect.stringMatching(/^1\.[0-3]$/),
      value: { tenant: '1', project_id: 70, verdict: { status: 'pending', renews: false } },
    });
    expect(told!.value.verdict!.due_at! - told!.value.occurred_at).toBe(1_800_000_000);
    const [event] = await eventually(async () => {
      const found = await events(312, 'request_to_compliance_external_control_successful');
      expect(found).toHaveLength(1);
      return found;
    });
    expect(event).toMatchObject({ outcome: 'success', scope: { id: '70' }, actor: { type: 'system' } });
    expect(JSON.parse(event!.attributes!)).toMatchObject({
      url: `http://127.0.0.1:${port}/check`,
      attempts: 1,
    });
  });

  it('is asked again when the settings of the project change, without what was known before', async () => {
    await postgres.query(`UPDATE trail.projects SET settings = '{"public": true}' WHERE id = 70`);
    await askedOf(312, 2);
    expect((await commands(312)).at(-1)!.value.verdict).toMatchObject({ status: 'pending', renews: false });
  });

  it('is asked again after a time, and what was known before stands meanwhile', async () => {
    await postgres.query(
      `UPDATE ops.external_control_rounds SET asked_at = asked_at - interval '12 hours' WHERE control_id = 312`,
    );
    await askedOf(312, 3);
    expect((await commands(312)).at(-1)!.value.verdict).toMatchObject({ status: 'pending', renews: true });
  });

  it('is asked by hand', async () => {
    const { status, body } = await call('POST', '/api/v1/projects/70/external-controls/312/ping');
    expect(status).toBe(202);
    expect((await askedOf(312, 4)).json.request_id).toBe(body.request_id);
    await eventually(async () => {
      const { body: list } = await call('GET', '/api/v1/projects/70/external-controls');
      expect(list.items[0]).toMatchObject({
        id: 312,
        has_secret: true,
        url: `http://127.0.0.1:${port}/check`,
        last_request: { id: body.request_id, outcome: 'answered', asked_by: 'admin', status: 200 },
      });
    });
  });

  it.each<[string, string, object]>([
    ['in the form of GitLab', '/api/v1', {}],
    ['at the path of GitLab', '/api/v4', {}],
    ['with a signature of the body', '/api/v1', { body: '{ "status": "fail" }' }],
  ])('answers %s, and the engine is told', async (_how, base, more) => {
    const before = (await commands(312)).length;
    const answer = await send(callback(secret, 70, 312, { status: 'fail', base, ...more }));
    expect(answer).toEqual({ status: 202, body: { status: 'fail' } });
    const after = await commands(312);
    expect(after).toHaveLength(before + 1);
    expect(after.at(-1)!.value).toMatchObject({
      project_id: 70,
      actor: { id: 'external/312', ip: '127.0.0.1' },
      verdict: { control_id: 312, status: 'fail', due_at: null },
    });
  });

  it('answers in the query as well', async () => {
    const { path, headers } = callback(secret, 70, 312, { status: 'pass' });
    const { 'content-type': _type, ...others } = headers;
    const response = await fetch(`${url}${path}?status=pass`, { method: 'PATCH', headers: others });
    expect([response.status, await response.json()]).toEqual([202, { status: 'pass' }]);
  });

  it('is refused when it repeats itself, is late, or signs anything else, always in the same words', async () => {
    const once = callback(secret, 70, 312, { status: 'pass' });
    expect((await send(once)).status).toBe(202);
    const before = (await commands(312)).length;
    const now = Math.floor(Date.now() / 1000);
    const refused = [
      await send(once),
      await send(callback(secret, 70, 312, { status: 'pass', timestamp: now - 17 })),
      await send(callback(secret, 70, 312, { status: 'pass', timestamp: now + 17 })),
      await send(callback('another secret than that', 70, 312, { status: 'pass' })),
      await send({ ...callback(secret, 70, 312, { status: 'pass' }), body: '{"status":"fail"}' }),
      await send(callback(secret, 70, 999, { status: 'pass' })),
      await send(callback(secret, 70, 320, { status: 'pass' })),
      await send({
        ...once,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${apiToken}` } as never,
      }),
    ];
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 401));
    expect(new Set(refused.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await commands(312)).toHaveLength(before);
    const told = await eventually(async () => {
      const found = await events(312, 'compliance_external_control_callback_refused');
      expect(found).not.toEqual([]);
      return found;
    });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      outcome: 'denied',
      scope: { type: 'group', id: '1' },
      actor: { ip: '127.0.0.1' },
    });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    for (const reason of ['nonce', 'timestamp', 'signature', 'control', 'headers'])
      expect(metrics).toMatch(new RegExp(`callbacks_refused_total\\{reason="${reason}"\\} [1-9]`));
  });

  it('is told what is wrong once it is known: no verdict, or a project that does not need it', async () => {
    expect((await send(callback(secret, 70, 312, { status: 'maybe' }))).status).toBe(400);
    expect((await send(callback(secret, 71, 312, { status: 'pass' }))).status).toBe(404);
  });

  it('may know the secret before or the new one while they change, and only the new one after a leak', async () => {
    const second = await putSecret(312, 'a-second-secret-of-it');
    const both = [secret, second].map((s) => send(callback(s, 70, 312, { status: 'pass' })));
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual([202, 202]);
    const third = await putSecret(312, undefined, 0);
    const after = [secret, second, third].map((s) => send(callback(s, 70, 312, { status: 'pass' })));
    expect((await Promise.all(after)).map(({ status }) => status)).toEqual([401, 401, 202]);
    secret = third;
  });

  it('refuses a body that is too long before it is read', async () => {
    const long = callback(secret, 70, 312, {
      status: 'pass',
      body: JSON.stringify({ status: 'x'.repeat(5_000) }),
    });
    expect((await send(long)).status).toBe(413);
  });
});

describe('a question that does not get through', () => {
  it.each([
    [313, 70, 500, 'it answered 500'],
    [320, 71, 404, 'it answered 404'],
    [321, 71, null, 'private network'],
  ])('to control %d is reported as failed', async (control, project, status, error) => {
    await putSecret(control);
    const [event] = await eventually(async () => {
      const found = await events(control, 'request_to_compliance_external_control_failed');
      expect(found).toHaveLength(1);
      return found;
    });
    expect(event).toMatchObject({ outcome: 'failure', scope: { id: String(project) } });
    expect(JSON.parse(event!.attributes!)).toMatchObject({ status, error: expect.stringContaining(error) });
    expect((await commands(control)).map(({ value }) => value.verdict!.status)).toEqual(['pending']);
  });

  it('is tried again as long as its verdict could be in time', async () => {
    await postgres.query(
      `UPDATE trail.compliance_management_frameworks SET requirements = replace(requirements::text, '"timeout_s": 5', '"timeout_s": 900')::jsonb WHERE id = 3`,
    );
    const { body } = await call('POST', '/api/v1/projects/70/external-controls/313/ping');
    const rows = () =>
      postgres.query<{ attempts: number; error: string }>(
        `SELECT attempts, error FROM ops.external_control_requests WHERE id = '${body.request_id}' AND closed_at IS NULL`,
      );
    await eventually(async () => expect(await rows()).toEqual([{ attempts: 1, error: 'it answered 500' }]));
    await postgres.query(
      `UPDATE ops.external_control_requests SET next_at = now() WHERE id = '${body.request_id}'`,
    );
    await eventually(async () => expect(await rows()).toEqual([{ attempts: 2, error: 'it answered 500' }]));
    const told = (await commands(313)).filter(
      ({ value }) => value.verdict!.due_at! - value.occurred_at === 900_000_000,
    );
    expect(told).toHaveLength(1);
  });
});

describe('external controls', () => {
  it('are not asked without a secret, or if they answer by themselves', async () => {
    const ping = (control: number) => call('POST', `/api/v1/projects/71/external-controls/${control}/ping`);
    expect((await ping(331)).status).toBe(409);
    await putSecret(330);
    expect((await ping(330)).status).toBe(409);
    expect(questionsTo(330).concat(questionsTo(331))).toEqual([]);
  });

  it('are asked once each, however many instances there are', async () => {
    await postgres.query(`
      INSERT INTO trail.projects (key, id, tenant, path, namespace_id, archived, personal, settings)
      SELECT 'project/' || id, id, '1', 'acme/many/' || id, 1, false, false, '{}' FROM generate_series(1001, 1060) id;
      UPDATE trail.compliance_management_frameworks SET projects = (SELECT jsonb_agg(id) FROM generate_series(1001, 1060) id) WHERE id = 5;`);
    const second = await startService(service, environment);
    await putSecret(331);
    await eventually(async () => {
      const rows = await postgres.query<{ project_id: string; outcome: string | null }>(
        'SELECT project_id, outcome FROM ops.external_control_requests WHERE control_id = 331',
      );
      expect(rows.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 60 }, () => 'answered'));
    }, 30_000);
    await second.close();
    expect(new Set(questionsTo(331).map(({ json }) => json.project.id)).size).toBe(60);
    expect(questionsTo(331)).toHaveLength(60);
  });

  it('do not wait for one that never answers', async () => {
    await postgres.query(`
      UPDATE trail.compliance_management_frameworks
      SET requirements = replace(requirements::text, '/slow-some-day', '/silent')::jsonb WHERE id = 5`);
    await putSecret(332);
    await eventually(() => expect(questionsTo(332).length).toBeGreaterThanOrEqual(4));
    const answered = questionsTo(331).length;
    await postgres.query(
      `UPDATE ops.external_control_rounds SET asked_at = asked_at - interval '12 hours' WHERE control_id = 331`,
    );
    await eventually(() => expect(questionsTo(331).length).toBe(answered + 60));
    expect(questionsTo(332).length).toBeLessThan(20);
  });

  it('can be written as the documentation has it', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../docs/external-controls.md'), 'utf8');
    const [, code] = /^```js\n([\s\S]*?)^```$/m.exec(page)!;
    const folder = mkdtempSync(join(tmpdir(), 'receiver-'));
    writeFileSync(join(folder, 'receiver.mjs'), code!);
    const secret = webhookSecret(randomBytes(32));
    const env = { PATH: process.env.PATH, CONTROL_SECRET: secret, PORT: String(documentedPort) };
    const child = spawn(process.execPath, [join(folder, 'receiver.mjs')], { env, stdio: 'inherit' });
    try {
      await eventually(() => fetch(`http://127.0.0.1:${documentedPort}`));
      await putSecret(314, secret);
      await eventually(async () => {
        const told = (await commands(314)).map(({ value }) => value.verdict!.status);
        expect(told).toEqual(['pending', 'pass']);
      });
      const unsigned = await fetch(`http://127.0.0.1:${documentedPort}`, { method: 'POST', body: '{}' });
      expect(unsigned.status).toBe(401);
    } finally {
      child.kill();
      rmSync(folder, { recursive: true });
    }
  });

  it('belong to whoever may change their framework', async () => {
    const token = async (permissions: string[]) => {
      const { body } = await call('POST', '/api/v1/tokens', { name: 'of 5', permissions, namespaces: ['5'] });
      return { authorization: `Bearer ${body.token}` };
    };
    const writer = await token(['compliance:write']);
    const reader = await token(['compliance:read']);
    const put = (control: number, headers: Record<string, string>) =>
      call('PUT', `/api/v1/external-controls/${control}/secret`, {}, headers);
    expect((await put(340, writer)).status).toBe(200);
    expect((await put(312, writer)).status).toBe(404);
    expect((await put(340, reader)).status).toBe(403);
    const ping = (path: string) => call('POST', `/api/v1/projects/${path}/ping`, undefined, writer);
    expect((await ping('80/external-controls/340')).status).toBe(202);
    expect((await ping('70/external-controls/312')).status).toBe(404);
    const list = (project: number) =>
      call('GET', `/api/v1/projects/${project}/external-controls`, undefined, reader);
    expect([(await list(80)).status, (await list(70)).status, (await list(9)).status]).toEqual([
      200, 404, 404,
    ]);
  });

  it('answer nothing but 4xx to whatever has no signature', async () => {
    process.stdout.write(`Callbacks by chance: FUZZ_SEED=${seed} FUZZ_RUNS=${runs}\n`);
    const header = fc.oneof(
      fc.stringMatching(/^[\x21-\x7e]{0,70}$/),
      fc.constant(String(Math.floor(Date.now() / 1000))),
    );
    const tried = fc.record({
      project: fc.oneof(fc.constant('70'), fc.string({ maxLength: 30 })),
      control: fc.oneof(fc.constantFrom('312', '99999999999999999999'), fc.string({ maxLength: 30 })),
      query: fc.oneof(fc.constant('status=pass'), fc.webQueryParameters()),
      type: fc.constantFrom(
        'application/json',
        'application/x-www-form-urlencoded',
        'text/plain',
        'application/json; x',
      ),
      body: fc.oneof(fc.json(), fc.string(), fc.constantFrom('{"status":"pass"}', '{"__proto__":1}')),
      timestamp: header,
      nonce: fc.oneof(header, fc.stringMatching(/^[0-9a-f]{32}$/)),
      signature: fc.oneof(header, fc.stringMatching(/^[0-9a-f]{64}$/)),
    });
    const verdicts = async () =>
      (await kafka.readAll(open, topics.complianceCommands)).filter(
        ({ value }) => value.verdict!.status !== 'pending',
      ).length;
    const before = await verdicts();
    await fc.assert(
      fc.asyncProperty(
        tried,
        async ({ project, control, query, type, body, timestamp, nonce, signature }) => {
          const path = `/api/v1/projects/${encodeURIComponent(project)}/compliance_external_controls/${encodeURIComponent(control)}/status`;
          const { statusCode } = await api.inject({
            method: 'PATCH',
            url: `${path}?${query}`,
            headers: {
              'content-type': type,
              'x-gitlab-timestamp': timestamp,
              'x-gitlab-nonce': nonce,
              'x-gitlab-hmac-sha256': signature,
            },
            payload: body,
          });
          expect(statusCode).toBeGreaterThanOrEqual(400);
          expect(statusCode).toBeLessThan(500);
        },
      ),
      { numRuns: runs, seed },
    );
    expect(await verdicts()).toBe(before);
  }, 600_000);

  it('keep their secrets: none is in a log, an event, a command, a metric, an answer or in the clear in the database', async () => {
    const planted = 'planted-secret-that-must-never-show';
    const output: Buffer[] = [];
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../dist/main.js')], {
      env: { PATH: process.env.PATH, ...environment, LOG_LEVEL: 'trace', HTTP_PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => output.push(part));
    await eventually(() => expect(Buffer.concat(output).toString()).toContain('ready to work'));
    const answers = [
      await call('PUT', '/api/v1/external-controls/312/secret', { secret: planted }),
      await call('PUT', '/api/v1/external-controls/312/secret', { secret: planted, other: planted }),
      await call('PUT', '/api/v1/external-controls/312/secret', { secret: [planted] }),
      await call('GET', '/api/v1/projects/70/external-controls'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 400, 200]);
    const asked = questionsTo(312).length;
    await call('POST', '/api/v1/projects/70/external-controls/312/ping');
    await askedOf(312, asked + 1);
    await send(callback(planted, 70, 312, { status: 'pass' }));
    await send({ ...callback(planted, 70, 312, { status: 'pass' }), body: '{"status":"fail"}' });
    await eventually(async () => {
      const told = await events(312, 'updated_compliance_requirement_control');
      expect(told.length).toBeGreaterThanOrEqual(4);
    });
    child.kill();
    await once(child, 'exit');
    const tables = await postgres.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'ops'`,
    );
    const rows = await Promise.all(tables.map(({ name }) => postgres.query(`SELECT * FROM ${name}`)));
    const records = [
      ...(await kafka.readAll(open, topics.auditEvents)),
      ...(await kafka.readAll(open, topics.complianceCommands)),
    ].map(({ value, headers }) => ({ value, headers }));
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const everything = [
      Buffer.concat(output).toString(),
      JSON.stringify(answers),
      JSON.stringify(rows, (_name, value: unknown) =>
        (value as { type?: string } | null)?.type === 'Buffer'
          ? Buffer.from((value as { data: number[] }).data).toString('latin1')
          : value,
      ),
      JSON.stringify(records),
      JSON.stringify(questionsTo(312)),
      metrics,
    ];
    expect(everything.map((text) => text.includes(planted))).toEqual(everything.map(() => false));
    expect(everything[0]).toContain('ready to work');
    expect(everything[2]).toContain('control_id');
  }, 60_000);
});

describe('callbacks that are too many', () => {
  let limited: App;
  let secret: string;
  beforeAll(async () => {
    limited = await startService(service, {
      ...environment,
      EXTERNAL_CONTROLS_REFUSALS_PER_MINUTE: '5',
      EXTERNAL_CONTROLS_CALLBACKS_PER_MINUTE: '30',
      TRUSTED_PROXIES: '127.0.0.1/32',
    });
    secret = await putSecret(340);
  });
  afterAll(() => limited?.close());

  /** Of control 340 about project 80, but for another control. */
  const sendFrom = async (ip: string, by: string, control = 340) => {
    const { path, headers, body } = callback(by, 80, control, { status: 'pass' });
    const answer = await fetch((await limited.getUrl()) + path, {
      method: 'PATCH',
      headers: { ...headers, 'x-forwarded-for': ip },
      body,
    });
    await answer.arrayBuffer();
    return { status: answer.status, retryAfter: Number(answer.headers.get('retry-after')) };
  };
  const statusesFrom = async (ip: string, by: string, times: number, control = 340) => {
    const statuses: number[] = [];
    while (statuses.length < times) statuses.push((await sendFrom(ip, by, control)).status);
    return statuses;
  };

  it('from one address are not looked at any more, whatever they are signed with', async () => {
    expect(await statusesFrom('192.0.2.1', 'a guess', 6, 999)).toEqual([401, 401, 401, 401, 401, 429]);
    const { status, retryAfter } = await sendFrom('192.0.2.1', secret);
    expect(status).toBe(429);
    expect(retryAfter).toBeGreaterThan(50);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect((await sendFrom('192.0.2.2', secret)).status).toBe(202);
  });

  it('of one control are not looked at, but from where it has answered rightly before', async () => {
    for (let n = 0; n < 5; n++) expect((await sendFrom(`2001:db8:0:${n}::1`, 'a guess')).status).toBe(401);
    expect((await sendFrom('2001:db8:0:9::1', 'a guess')).status).toBe(429);
    expect((await sendFrom('2001:db8:0:9::1', secret)).status).toBe(429);
    expect((await sendFrom('192.0.2.2', secret)).status).toBe(202);
  });

  it('are not looked at either if they are signed as they must be', async () => {
    const statuses = await statusesFrom('192.0.2.2', secret, 30);
    expect(statuses).toEqual([...statuses.filter((s) => s === 202), ...statuses.filter((s) => s === 429)]);
    expect(new Set(statuses)).toEqual(new Set([202, 429]));
    const text = await (await fetch(`${await limited.getUrl()}/metrics`)).text();
    expect(text).toMatch(/external_control_callbacks_refused_total\{[^}]*reason="rate"[^}]*\} [1-9]/);
  });
});
