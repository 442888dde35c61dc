import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { noDetails, topics } from '@auditmesh/events';
import { actor } from './support/actor.js';
import { factsOf, secretUse } from './support/secret-use.js';
import { TestMesh } from './support/test-mesh.js';

interface Entry {
  id: string;
  secret_id: string;
  access_type: string;
  timestamp: string;
  user_identity: string;
  ip_address: string;
}
interface Page {
  items: Entry[];
  next: string | null;
}

let mesh: TestMesh;
const at = (text: string) => Date.parse(text) * 1000;
const ann = { actor: actor({ id: '17', name: 'Ann Lee', email: 'ann@example.com', ip: '10.1.2.3' }) };
const events = [
  ...Array.from({ length: 250 }, (_, n) => secretUse(n, 'read', 'kv/db')),
  secretUse(300, 'write', 'kv/db', { ...ann, occurred_at: at('2026-11-12T00:00:00Z') }),
  secretUse(301, 'delete', 'kv/old', { ...ann, occurred_at: at('2026-11-12T23:59:59Z') }),
  secretUse(302, 'read', 'kv/db', { ...ann, outcome: 'denied', occurred_at: at('2026-11-13T08:00:00Z') }),
  secretUse(303, 'read', 'DB_PASSWORD', {
    type: 'secrets_manager_read_project_secret',
    occurred_at: at('2026-11-14T08:00:00Z'),
    ...noDetails,
    attributes: '{"environment":"production","request_id":"gitlab-1"}',
  }),
  secretUse(304, 'read', 'kv/db', { type: 'secret_access_alert_raised', ...noDetails }),
  secretUse(305, 'read', 'kv/db', { type: 'member_added', category: 'activity', ...noDetails }),
];

beforeAll(async () => {
  mesh = await TestMesh.start();
  await mesh.produce(topics.auditEvents, '1.0', factsOf(events));
  await mesh.settled();
});
afterAll(() => mesh?.stop());

const get = (query: string, path = '/api/audit-logs') => mesh.call<Page>('GET', `${path}?${query}`);

describe('B2: uses of secrets are searched and filtered', () => {
  it('gives an entry for each use, with the fields of the requirement', async () => {
    const { body } = await get('secret_id=kv/db&access_type=write');
    expect(body.items).toEqual([
      expect.objectContaining({
        id: events[250]!.id,
        secret_id: 'kv/db',
        access_type: 'write',
        timestamp: '2026-11-12T00:00:00.000000Z',
        user_identity: '17',
        user_name: 'Ann Lee',
        user_type: 'user',
        ip_address: '10.1.2.3',
        outcome: 'success',
        mount: 'kv/',
        policies: ['payments-read'],
        request_id: 'request-300',
        namespace: 'acme/payments/ledger',
      }),
    ]);
  });

  it.each([
    ['', 254],
    ['secret_id=kv/db', 252],
    ['secret_id=kv/none', 0],
    ['access_type=read', 252],
    ['access_type=write,delete', 2],
    ['access_type=list', 0],
    ['user_identity=17', 3],
    ['user_identity=ANN@example.com', 3],
    ['user_identity=deploy-bot', 251],
    ['outcome=denied', 1],
    ['ip=10.1.2.3', 3],
    ['from=2026-11-12&to=2026-11-13', 2],
    ['date_range=2026-11-12..2026-11-12', 2],
    ['date_range=2026-11-12..2026-11-13', 3],
    ['date_range=..2026-11-11', 250],
    ['date_range=2026-11-12T23:59:59Z..', 3],
    ['secret_id=kv/db&user_identity=17&access_type=read&date_range=2026-11-01..2026-11-30', 1],
  ])('by %s', async (query, found) => {
    const { status, body } = await get(`limit=1000&${query}`);
    expect([status, body.items.length]).toEqual([200, found]);
  });

  it('takes uses that the secrets manager of GitLab tells', async () => {
    const { body } = await get('secret_id=DB_PASSWORD');
    expect(body.items).toEqual([
      expect.objectContaining({ access_type: 'read', request_id: 'gitlab-1', user_identity: '903' }),
    ]);
  });

  it('gives pages without a gap or a repetition, the newest first, under either address', async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { body: Page } = await get(
        `limit=60${cursor && `&cursor=${cursor}`}`,
        '/api/v1/audit-logs',
      );
      seen.push(...page.body.items.map(({ timestamp, id }) => `${timestamp} ${id}`));
      cursor = page.body.next;
    }
    expect(seen).toHaveLength(254);
    expect(seen).toEqual([...new Set(seen)].toSorted().toReversed());
  });

  it('gives one entry by its id, and none of what is no use of a secret', async () => {
    const [use, alert, other] = [events[0]!, events[254]!, events[255]!];
    expect((await get('', `/api/audit-logs/${use.id}`)).body).toMatchObject({
      id: use.id,
      secret_id: 'kv/db',
    });
    expect((await get('', `/api/audit-logs/${alert.id}`)).status).toBe(404);
    expect((await get('', `/api/audit-logs/${other.id}`)).status).toBe(404);
    expect((await get('', '/api/audit-logs/nonsense')).status).toBe(400);
  });

  it.each([
    'limit=1001',
    'from=soon',
    'date_range=2026-11-12',
    'access_type=steal',
    'ip=here',
    'colour=red',
    'cursor=x',
  ])('answers %s with 400, naming the parameter', async (query) => {
    const { status, body } = await mesh.call<{ errors: { parameter: string }[] }>(
      'GET',
      `/api/audit-logs?${query}`,
    );
    expect([status, body.errors[0]!.parameter]).toEqual([400, query.split('=')[0]]);
  });
});
