import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deadLetters, topics } from '@auditmesh/events';
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
import { fromBufferPromise } from 'yauzl';
import { service } from '../api.module.js';
import { migrate } from '../store/migrate.js';

type App = Awaited<ReturnType<typeof startService>>;

const token = 'a token for the tests only';
const control = (name: string, expression: string) =>
  `name: ${name}\ntitle: Success\ndescription: It succeeds.\nevaluated: events\ntriggers: [member_added]\nexpression: ${expression}\nseverity: low\n`;
let folder: string;
let postgres: TestPostgres;
let kafka: TestKafka;
let open: OpenTopics;
let api: App;
let processes: ServiceProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'controls-'));
  writeFileSync(join(folder, 'of_folder.yml'), control('of_folder', "event.outcome == 'success'"));
  writeFileSync(
    join(folder, 'minimum_approvals_required_2.yml'),
    control('minimum_approvals_required_2', "event.outcome != 'denied'"),
  );
  kafka = new TestKafka();
  postgres = await TestPostgres.create();
  open = await kafka.create(Object.values(topics), deadLetters.groups);
  const environment = {
    ...kafka.environment,
    DATABASE_URL: postgres.url,
    CONTROLS_FOLDER: folder,
    CONTROLS_OVERRIDE: 'true',
  };
  await runProgram('projector', 'migrate.main.js', environment);
  await migrate(postgres.url);
  processes = await Promise.all(
    ['projector', 'violations'].map((name) => ServiceProcess.start(name, environment)),
  );
  const { privateKey } = generateKeyPairSync('ed25519');
  api = await startService(service, {
    ...environment,
    API_TOKEN: token,
    EVIDENCE_SIGNING_KEY: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  });
  await call('PUT', '/directory?wait=projected', {
    namespaces: [{ id: 1, path: 'acme' }],
    projects: [{ id: 70, path: 'acme/ledger', namespace: 1 }],
  });
});

afterAll(async () => {
  await api?.close();
  for (const each of processes) await each.stop();
  await postgres?.drop();
  rmSync(folder, { recursive: true });
});

const send = async (method: string, path: string, body?: object): Promise<Response> =>
  fetch(`${await api.getUrl()}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
async function call(method: string, path: string, body?: object) {
  const response = await send(method, path, body);
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are checked field by field
  return { status: response.status, body: (await response.json()) as any };
}

/** A framework's controls as its evidence pack has them. */
async function evidenceOf(framework: number) {
  const pack = await buffer((await send('GET', `/frameworks/${framework}/evidence`)).body!);
  const zip = await fromBufferPromise(pack);
  for await (const entry of zip.eachEntry())
    if (entry.fileName === 'framework.json')
      return JSON.parse(String(await buffer(await zip.openReadStreamPromise(entry)))).controls;
}

describe('a control of the folder', () => {
  it('is listed, may be asked for, is evaluated, and is in statuses and evidence, everywhere the same', async () => {
    const { items } = (await call('GET', '/controls?origin=folder')).body;
    expect(items.map(({ name, expression }: Record<string, string>) => [name, expression])).toEqual([
      ['minimum_approvals_required_2', "event.outcome != 'denied'"],
      ['of_folder', "event.outcome == 'success'"],
    ]);
    const names = ['of_folder', 'minimum_approvals_required_2'];
    const made = await call('POST', '/frameworks?wait=projected', {
      ...{ namespace: 1, name: 'SOC 2', projects: [70] },
      requirements: [{ name: 'Success', controls: names }],
    });
    expect(made.status).toBe(202);

    const producer = new RecordProducer(kafka.client, open);
    await producer.connect();
    const value = sampleEvent(1, { occurred_at: Date.now() * 1_000, outcome: 'failure' });
    await producer.send(topics.auditEvents, [{ key: '1.0', value }]);
    await producer.disconnect();
    const { body } = await eventually(async () => {
      const found = await call('GET', '/violations');
      expect(found.body.items).toHaveLength(1);
      return found;
    });
    expect(body.items[0]).toMatchObject({
      control: 'of_folder',
      expression: "event.outcome == 'success'",
    });
    await eventually(async () => {
      const { frameworks } = (await call('GET', '/projects/70/compliance')).body;
      const { controls } = frameworks[0].requirements[0];
      expect(controls.map(({ name, status }: Record<string, string>) => [name, status])).toEqual([
        ['of_folder', 'fail'],
        ['minimum_approvals_required_2', 'pass'],
      ]);
    });
    expect(await evidenceOf(made.body.id)).toMatchObject([
      {
        name: 'minimum_approvals_required_2',
        kind: 'folder',
        versions: [{ expression: "event.outcome != 'denied'" }],
      },
      {
        name: 'of_folder',
        kind: 'folder',
        seen: [{ expression: "event.outcome == 'success'", violations: 1 }],
        changed: false,
      },
    ]);
  });

  it('keeps its name from the controls of root namespaces', async () => {
    const definition = control('of_folder', "event.outcome == 'denied'");
    const { status, body } = await call('POST', '/controls', { namespace: 1, definition });
    expect([status, body.errors[0].detail]).toEqual([
      400,
      'the name of_folder is one of CONTROLS_FOLDER; choose another',
    ]);
  });

  it('has the same digest in every service that knows it', async () => {
    const digestOf = async (url: string) =>
      /auditmesh_controls_info\{[^}]*digest="(\w+)"/.exec(await (await fetch(`${url}/metrics`)).text())?.[1];
    const digest = await digestOf(await api.getUrl());
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
    expect(await digestOf(processes[1]!.url)).toBe(digest);
  });
});
