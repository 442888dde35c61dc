import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Catalog, eventJson, exampleEvent, topics, type EventExample } from '@auditmesh/events';
import { gitLabEvent } from '@auditmesh/gitlab';
import { RecordProducer, type OpenTopics } from '@auditmesh/kafka';
import { startService } from '@auditmesh/runtime';
import { eventually, runProgram, ServiceProcess, TestKafka, TestPostgres } from '@auditmesh/testing';
import { parse } from 'yaml';
import { service } from '../api.module.js';
import { migrate } from '../store/migrate.js';

type App = Awaited<ReturnType<typeof startService>>;

const apiToken = 'a token for the tests only';
const streamingToken = 'a token of GitLab only';
let postgres: TestPostgres;
let kafka: TestKafka;
let open: OpenTopics;
let environment: Record<string, string>;
let api: App;
let projector: ServiceProcess;

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
  environment = { ...kafka.environment, DATABASE_URL: postgres.url, API_TOKEN: apiToken };
  await runProgram('projector', 'migrate.main.js', environment);
  projector = await ServiceProcess.start('projector', environment);
  await migrate(postgres.url);
  api = await startService(service, {
    ...environment,
    GITLAB_STREAMING_TOKEN: streamingToken,
    GITLAB_INSTANCE: 'gitlab.example',
  });
  const directory = {
    namespaces: [{ id: 1, path: 'acme' }],
    projects: [{ id: 70, path: 'acme/ledger', namespace: 1 }],
  };
  const { status } = await fetch(`${await api.getUrl()}/api/v1/directory?wait=projected`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(directory),
  });
  expect(status).toBe(202);
});

afterAll(async () => {
  await api?.close();
  await projector?.stop();
  await postgres?.drop();
});

/** A delivery as GitLab makes it: JSON under the type of a form. */
async function deliver(body: unknown, headers: Record<string, string> = {}, app = api) {
  const response = await fetch(`${await app.getUrl()}/api/v1/intake/gitlab`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-gitlab-event-streaming-token': streamingToken,
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are checked field by field
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
}

async function get(path: string) {
  const url = `${await api.getUrl()}/api/v1/audit-events${path}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${apiToken}` } });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  return { status: response.status, body: (await response.json()) as any };
}
const projected = (id: string) =>
  eventually(async () => {
    const { status, body } = await get(`/${id}`);
    expect(status).toBe(200);
    return body;
  });

const payload = (change: object = {}) => ({
  id: '1856',
  author_id: 17,
  author_name: 'Ann Lee',
  entity_id: 70,
  entity_path: 'acme/ledger',
  entity_type: 'Project',
  event_type: 'merge_request_merged',
  ip_address: '10.1.2.3',
  target_id: 8,
  target_type: 'MergeRequest',
  target_details: 'Round amounts',
  created_at: '2026-02-23T06:21:05.283Z',
  details: { author_class: 'User', custom_message: 'Merged Round amounts', approvers: ['ben'] },
  ...change,
});

describe('POST /api/v1/intake/gitlab', () => {
  it('makes a searchable event, placed by the directory', async () => {
    const { status, headers, body } = await deliver(payload());
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/api/v1/audit-events/${body.id}`);
    expect(await projected(body.id)).toMatchObject({
      type: 'merge_request_merged',
      occurred_at: '2026-02-23T06:21:05.283000Z',
      actor: { id: '17', name: 'Ann Lee', ip: '10.1.2.3' },
      scope: { type: 'project', id: '70', path: 'acme/ledger', root_namespace_id: '1' },
      target: { type: 'merge_request', id: '8' },
      details: { approvers: ['ben'] },
      cause: { id: '1856', topic: null },
      source: 'gitlab/gitlab.example',
    });
  });

  it('makes one event of a repetition, in which a name may be newer, and writes it once', async () => {
    const [first, again] = [
      await deliver(payload({ id: 'repeated' })),
      await deliver(payload({ id: 'repeated', author_name: 'Ann Lee-Marin' }), {
        'content-type': 'application/json',
      }),
    ];
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const written = await kafka.readAll(open, topics.auditEvents);
    expect(written.filter(({ value }) => value.cause.id === 'repeated')).toHaveLength(1);
  });

  it('makes two events of one id at two times, as instances that reuse ids send them', async () => {
    const first = await deliver(payload({ id: 'reused' }));
    const second = await deliver(payload({ id: 'reused', created_at: '2026-02-24T06:21:05.283Z' }));
    expect(second.body.id).not.toBe(first.body.id);
  });

  it('keeps text that PostgreSQL cannot hold, and long values', async () => {
    const text = JSON.stringify(
      payload({ id: 'odd', details: { custom_message: 'NUL ', long: 'x'.repeat(100_000) } }),
    );
    const { status, body } = await deliver(text.replace('NUL ', 'NUL \\u0000\\ud800'));
    expect(status).toBe(202);
    expect(await projected(body.id)).toMatchObject({
      message: 'NUL \\u0000\\ud800',
      details: { long: { size: 100_002 } },
    });
  });

  it.each<[string, object | string, number, string | undefined]>([
    ['an unknown type', payload({ event_type: 'wiki_page_created' }), 400, 'event_type'],
    ['no id', payload({ id: undefined }), 400, 'id'],
    ['a time to come', payload({ created_at: '2999-01-01T00:00:00Z' }), 400, 'created_at'],
    ['an unknown entity', payload({ entity_type: 'Galaxy' }), 400, 'entity_type'],
    ['an address that is none', payload({ ip_address: 'here' }), 400, 'ip_address'],
    ['JSON that does not parse', '{"id":', 400, undefined],
    ['no object', '[]', 400, 'body'],
    ['too large an event', payload({ id: 'large', details: { a: 'x'.repeat(3_100_000) } }), 413, undefined],
    ['too large a body', payload({ details: { a: 'x'.repeat(9_000_000) } }), 413, undefined],
  ])('answers %s with a problem that names it', async (_what, body, status, parameter) => {
    const answer = await deliver(body);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer).toMatchObject({ status, body: { status, detail: expect.any(String) } });
    if (parameter) expect(answer.body.errors[0].parameter).toBe(parameter);
  });

  it("lets nobody in but with GitLab's token, not even with ours", async () => {
    expect((await deliver(payload(), { 'x-gitlab-event-streaming-token': 'wrong' })).status).toBe(401);
    expect(
      (
        await deliver(payload(), {
          'x-gitlab-event-streaming-token': '',
          authorization: `Bearer ${apiToken}`,
        })
      ).status,
    ).toBe(401);
  });

  it('is off without a token, and says which variable to set', async () => {
    const without = await startService(service, environment);
    const { status, body } = await deliver(payload(), {}, without);
    await without.close();
    expect(status).toBe(404);
    expect(body.detail).toContain('GITLAB_STREAMING_TOKEN');
  });
});

describe('the documented examples of event types', () => {
  const folder = join(import.meta.dirname, '../../../../schemas/event-examples');
  const catalog = new Catalog();
  const events = readdirSync(folder)
    .map((file) => {
      const example = parse(readFileSync(join(folder, file), 'utf8')) as EventExample;
      return exampleEvent(catalog.get(basename(file, '.yml'))!, example);
    })
    .filter(({ type }) => catalog.get(type)!.saved_to_database);

  it('are what the API gives for such events, and have a payload of GitLab that comes in again', async () => {
    const producer = new RecordProducer(kafka.client, open);
    await producer.connect();
    await producer.send(
      topics.auditEvents,
      events.map((value) => ({ key: `${value.scope.root_namespace_id ?? '0'}.0`, value })),
    );
    await producer.disconnect();
    for (const event of events) {
      const given = await projected(event.id);
      expect(given).toEqual(eventJson(event));
      const answer = await deliver(gitLabEvent(given));
      expect([event.type, answer.status]).toEqual([event.type, 202]);
      const back = await projected(answer.body.id);
      expect(back).toMatchObject({
        type: event.type,
        occurred_at: given.occurred_at,
        message: event.message,
      });
    }
  });
});
