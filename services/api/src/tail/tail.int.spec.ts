import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { topics, type AuditEvent } from '@auditmesh/events';
import { RecordProducer, type OpenTopics } from '@auditmesh/kafka';
import { startService } from '@auditmesh/runtime';
import { eventually, runProgram, sampleEvent, SseClient, TestKafka, TestPostgres } from '@auditmesh/testing';
import { service } from '../api.module.js';
import { migrate } from '../store/migrate.js';

type App = Awaited<ReturnType<typeof startService>>;
const adminToken = 'a token for the tests only';
let postgres: TestPostgres;
let kafka: TestKafka;
let open: OpenTopics;
let producer: RecordProducer;
let api: App;
let url: string;

beforeAll(async () => {
  kafka = new TestKafka();
  postgres = await TestPostgres.create();
  open = await kafka.create([topics.auditEvents, topics.directoryChanges, topics.complianceCommands]);
  const environment = { ...kafka.environment, DATABASE_URL: postgres.url };
  await runProgram('projector', 'migrate.main.js', environment);
  await migrate(postgres.url);
  await postgres.query(
    `INSERT INTO trail.namespaces VALUES ('namespace/1', 1, '1', 'acme', NULL, 1), ('namespace/2', 2, '1', 'acme/pay', 1, 1)`,
  );
  api = await startService(service, {
    ...environment,
    API_TOKEN: adminToken,
    TAIL_HEARTBEAT_MS: '200',
    TAIL_STREAMS_PER_CALLER: '3',
  });
  url = await api.getUrl();
  producer = new RecordProducer(kafka.client, open);
  await producer.connect();
});

afterAll(async () => {
  await producer?.disconnect();
  await api?.close();
  await postgres?.drop();
});

const produce = (events: AuditEvent[], key = '1.0') =>
  producer.send(
    topics.auditEvents,
    events.map((value) => ({ key, value })),
  );
const clients = new Set<SseClient>();
const tail = async (query = '', token = adminToken, lastEventId?: string) => {
  const client = await SseClient.open(`${url}/api/v1/audit-events/tail?${query}`, token, lastEventId);
  clients.add(client);
  return client;
};

afterEach(() => {
  for (const client of clients) client.close();
  clients.clear();
});

async function newToken(body: object): Promise<{ id: string; token: string }> {
  const response = await fetch(`${url}/api/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'test', ...body }),
  });
  return (await response.json()) as { id: string; token: string };
}

let number = 0;
/** New events each time. */
const some = (count: number, change: Partial<AuditEvent> = {}) =>
  Array.from({ length: count }, () => sampleEvent(++number, change));
/** Ids of those that the test has written: that others were shown may be told at any moment. */
const ids = (events: { id: string; source: string }[]) =>
  events.flatMap(({ id, source }) => (source === 'test' ? [id] : []));

describe('GET /api/v1/audit-events/tail', () => {
  it('gives what is written to everybody whose filter it matches', async () => {
    const [all, none] = [await tail(), await tail('type=security_policy_*')];
    const events = some(3);
    await produce(events);
    await eventually(() => expect(ids(all.events)).toEqual(ids(events)));
    expect(all.events.find(({ id }) => id === events[0]!.id)).toMatchObject({
      message: events[0]!.message,
      scope: { path: 'acme/ledger' },
      details: null,
    });
    const policy = some(1, { type: 'security_policy_create', category: 'policy_change' });
    await produce(policy);
    await eventually(() => expect(ids(none.events)).toEqual(ids(policy)));
  });

  it('moves the id along while nothing matches, so that nothing is read twice', async () => {
    const stream = await tail('type=security_policy_*');
    const before = stream.lastEventId;
    await produce(some(5));
    await eventually(() => expect(stream.lastEventId).not.toBe(before));
    const after = stream.lastEventId!;
    stream.close();
    const again = await tail('', adminToken, after);
    const marker = some(1);
    await produce(marker);
    await eventually(() => expect(ids(again.events)).toEqual(ids(marker)));
  });

  it('looks for words as the search does', async () => {
    const stream = await tail('q="two eyes" -never');
    await produce(some(1, { message: 'Eyes two' }));
    const found = some(1, { message: 'Updated "Two eyes"' });
    await produce([...some(1, { message: 'Never two eyes' }), ...found]);
    await eventually(() => expect(ids(stream.events)).toEqual(ids(found)));
  });

  it('leaves out what the trail does not take: the key of another tenant, an unknown type', async () => {
    const stream = await tail();
    await produce(some(1), '2.0');
    await produce(some(1, { type: 'nobody_knows_this' }));
    const good = some(1);
    await produce(good);
    await eventually(() => expect(ids(stream.events)).toEqual(ids(good)));
  });

  it('shows a token only its groups, and no secrets without the permission', async () => {
    const blind = await newToken({ permissions: ['audit_events:read'], namespaces: ['acme/pay'] });
    const seeing = await newToken({ permissions: ['audit_events:read', 'secret_audit:read'] });
    const [one, two] = [await tail('', blind.token), await tail('', seeing.token)];
    const inside = { scope: { type: 'project', id: '70', path: 'acme/pay/ledger', root_namespace_id: '1' } };
    const secret = some(1, { ...inside, type: 'secret_read', category: 'secret_access' });
    const outside = some(1);
    const seen = some(1, inside);
    await produce([...secret, ...outside, ...seen]);
    await eventually(() =>
      expect(ids(two.events)).toEqual(expect.arrayContaining(ids([...secret, ...outside, ...seen]))),
    );
    await eventually(() => expect(ids(one.events)).toEqual(ids(seen)));
    // That they were shown is told, too.
    await eventually(() =>
      expect(
        two.events.filter(
          ({ type, actor }) => type === 'secret_audit_read' && actor.id === `token/${seeing.id}`,
        ),
      ).toHaveLength(1),
    );
  });

  it('ends the stream of a token that is revoked, and says so', async () => {
    const { id, token } = await newToken({ permissions: ['audit_events:read'] });
    const stream = await tail('', token);
    await fetch(`${url}/api/v1/tokens/${id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${adminToken}` },
    });
    await eventually(() => expect(stream.cut).toBe('unauthorized'));
    await expect(tail('', token)).rejects.toThrow('401');
  });

  it('refuses an id that is none, one beyond the end, and too many streams', async () => {
    await expect(tail('', adminToken, 'nonsense')).rejects.toThrow('400');
    await expect(tail('', adminToken, '1.zzzzzz.0.0.0')).rejects.toThrow('400');
    await expect(tail('type=Bad Type')).rejects.toThrow('400');
    const { token } = await newToken({ permissions: ['audit_events:read'] });
    const streams = [await tail('', token), await tail('', token), await tail('', token)];
    await expect(tail('', token)).rejects.toThrow('429');
    streams[0]!.close();
    await eventually(async () => streams.push(await tail('', token)));
  });

  it('reads what is long past from its beginning, and goes on with what is new', async () => {
    const all = await kafka.readAll(open, topics.auditEvents);
    const stream = await tail('', adminToken, '1.0.0.0.0');
    const known = all.filter(({ value }) => value.type !== 'nobody_knows_this' && value.source === 'test');
    const fresh = some(2);
    await produce(fresh);
    await eventually(() => expect(stream.events.filter(({ id }) => ids(fresh).includes(id))).toHaveLength(2));
    const seen = ids(stream.events);
    expect(new Set(seen).size).toBe(seen.length);
    // All but the one whose key names another tenant.
    expect(known.filter(({ value, key }) => key === '1.0' && !seen.includes(value.id))).toEqual([]);
  });

  it('cuts off who takes nothing, who gets the rest by coming again with the last id', async () => {
    const openStreams = async () =>
      Number(/^auditmesh_tail_streams (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())![1]);
    await eventually(async () => expect(await openStreams()).toBe(0));
    const slow = await tail('');
    slow.pause();
    const large = some(400, { message: 'x'.repeat(50_000) });
    for (let at = 0; at < large.length; at += 40) await produce(large.slice(at, at + 40));
    await eventually(async () => expect(await openStreams()).toBe(0), 40_000);
    slow.resume();
    await slow.ended;
    const again = await tail('', adminToken, slow.lastEventId!);
    const seen = () => [...ids(slow.events), ...ids(again.events)].filter((id) => ids(large).includes(id));
    await eventually(() => expect(seen()).toHaveLength(large.length));
    expect(seen()).toEqual(ids(large));
    expect(slow.events.length).toBeLessThan(large.length);
  });
});
