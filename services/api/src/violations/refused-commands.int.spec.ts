import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deadLetters, plainFramework, plainRequirement, topics } from '@auditmesh/events';
import { RecordProducer, type OpenTopics } from '@auditmesh/kafka';
import { startService } from '@auditmesh/runtime';
import {
  eventually,
  runProgram,
  sampleDirectoryChange,
  sampleEvent,
  ServiceProcess,
  TestKafka,
  TestPostgres,
} from '@auditmesh/testing';
import { service } from '../api.module.js';
import { migrate } from '../store/migrate.js';

const CONTROL = 'minimum_approvals_required_2';
const token = 'a token for the tests only';
let postgres: TestPostgres;
let kafka: TestKafka;
let open: OpenTopics;
let producer: RecordProducer;
let environment: Record<string, string>;
let projector: ServiceProcess;
let engine: ServiceProcess;
let api: Awaited<ReturnType<typeof startService>>;
let url: string;

beforeAll(async () => {
  kafka = new TestKafka();
  postgres = await TestPostgres.create();
  open = await kafka.create(Object.values(topics), deadLetters.groups);
  environment = { ...kafka.environment, DATABASE_URL: postgres.url };
  await runProgram('projector', 'migrate.main.js', environment);
  await migrate(postgres.url);
  producer = new RecordProducer(kafka.client, open);
  await producer.connect();
  projector = await ServiceProcess.start('projector', environment);
  engine = await ServiceProcess.start('violations', environment);
  api = await startService(service, { ...environment, API_TOKEN: token });
  url = await api.getUrl();
});

afterAll(async () => {
  await api?.close();
  await engine?.stop('SIGKILL');
  await projector?.stop('SIGKILL');
  await producer?.disconnect();
  await postgres?.drop();
});

async function call(method: string, path: string, body?: unknown, key = '') {
  const response = await fetch(`${url}/api/v1/violations${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json', 'idempotency-key': key }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are checked field by field
  return { status: response.status, body: (await response.json()) as any };
}

/** A project breaks its control. @returns the id of the violation */
async function violation(): Promise<string> {
  const project = { id: 70, path: 'acme/ledger', namespace_id: 1 };
  const requirements = [{ ...plainRequirement, id: 31, name: 'Four eyes', controls: [CONTROL] }];
  const framework = {
    ...plainFramework,
    id: 3,
    namespace_id: 1,
    name: 'SOC 2',
    projects: [70],
    requirements,
  };
  const changes = [
    sampleDirectoryChange('namespace/1', {
      namespace: { id: 1, path: 'acme', parent_id: null, log_shards: 1 },
    }),
    sampleDirectoryChange('project/70', {
      project: { ...project, archived: false, personal: false, settings: '{}' },
    }),
    sampleDirectoryChange('framework/3', { framework }),
  ];
  await producer.send(
    topics.directoryChanges,
    changes.map((value) => ({ key: '1', value })),
  );
  const broken = sampleEvent(1, {
    type: 'merge_request_merged',
    occurred_at: Date.now() * 1_000,
    attributes: JSON.stringify({ approvers: ['ben'] }),
  });
  await producer.send(topics.auditEvents, [{ key: '1.0', value: broken }]);
  return eventually(async () => {
    const { body } = await call('GET', '');
    expect(body.items).toHaveLength(1);
    return body.items[0].id as string;
  });
}

describe('a command that somebody else was quicker than', () => {
  it('is answered with what the violation allows now, as soon as that is known', async () => {
    const id = await violation();
    const ask = (to: string, key: string) =>
      call('POST', `/${id}/transitions?wait=projected`, { to, reason: 'So it is' }, key);
    const commands = async () => (await kafka.readAll(open, topics.complianceCommands)).length;
    await engine.stop();
    const first = ask('resolved', 'k1');
    await eventually(async () => expect(await commands()).toBe(1));
    const others = [ask('dismissed', 'k2')];
    await eventually(async () => expect(await commands()).toBe(2));
    others.push(call('POST', `/${id}/comments?wait=projected`, { text: 'Hm' }, 'k3'));
    await eventually(async () => expect(await commands()).toBe(3));

    engine = await ServiceProcess.start('violations', environment);
    expect((await first).status).toBe(202);
    const [refused, comment] = await Promise.all(others);
    expect(comment!.status).toBe(202);
    expect([refused!.status, refused!.body.detail, refused!.body.errors]).toEqual([
      409,
      'A violation that is resolved can become detected, not dismissed.',
      [{ parameter: 'to', detail: 'detected' }],
    ]);
    expect((await ask('dismissed', 'k2')).status).toBe(409);

    expect((await ask('detected', 'k4')).status).toBe(202);
    const late = await ask('dismissed', 'k2');
    expect([late.status, late.body.detail]).toEqual([409, expect.stringContaining('refused the command')]);
    expect((await call('GET', `/${id}`)).body).toMatchObject({
      status: 'detected',
      comments: [{ text: 'Hm' }],
    });
  }, 90_000);
});
