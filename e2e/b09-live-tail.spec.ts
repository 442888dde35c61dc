import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics, type AuditEvent } from '@auditmesh/events';
import { eventually, SseClient } from '@auditmesh/testing';
import fc from 'fast-check';
import { factsOf, secretUse } from './support/secret-use.js';
import { TestMesh } from './support/test-mesh.js';

const EVENTS = 5_000;
const PART = 100;
const TENANTS = ['1', '2', '3', '9'];
let mesh: TestMesh;

beforeAll(async () => {
  mesh = await TestMesh.start();
});
afterAll(() => mesh?.stop());

/** Comes again as EventSource does, also when the server has not seen yet how many were cut. */
const tail = (
  query = '',
  lastEventId?: string,
  onEvent?: (event: { id: string }, client: SseClient) => void,
) =>
  eventually(() =>
    SseClient.open(
      `${mesh.mesh.url('api')}/api/v1/audit-events/tail?${query}`,
      mesh.mesh.run.api_token!,
      lastEventId,
      onEvent,
    ),
  );
/** Uses of secrets of several tenants, hence on several partitions. */
const use = (n: number, more: Partial<AuditEvent> = {}): AuditEvent => {
  const tenant = TENANTS[n % TENANTS.length]!;
  const scope = { type: 'group', id: tenant, path: `tenant-${tenant}`, root_namespace_id: tenant };
  return secretUse(n, 'read', `kv/${n % 7}`, { scope, occurred_at: Date.now() * 1000 + n, ...more });
};
const produce = async (events: AuditEvent[]) => {
  for (const [tenant, own] of Map.groupBy(events, ({ scope }) => scope.root_namespace_id!))
    await mesh.produce(topics.auditEvents, `${tenant}.0`, factsOf(own));
};

describe('B9: the use of secrets is seen in real time', () => {
  it('shows each event within seconds, with the filters of the search', async () => {
    const late: number[] = [];
    const stream = await tail('type=secret_*&outcome=denied', undefined, (event) => {
      late.push(Date.now() - Date.parse((event as unknown as { occurred_at: string }).occurred_at));
    });
    for (let n = 0; n < 40; n++) {
      const outcome = n % 2 ? 'denied' : 'success';
      await produce([secretUse(100_000 + n, 'read', 'kv/x', { outcome, occurred_at: Date.now() * 1000 })]);
    }
    await eventually(() => expect(late).toHaveLength(20));
    expect(late.toSorted((a, b) => a - b)[10]).toBeLessThan(5_000);
    stream.close();
  });

  it('goes on after every cut, in the middle of 5,000 events: each is seen exactly once', async () => {
    const events = Array.from({ length: EVENTS }, (_, n) => use(n));
    const wanted = new Set(events.map(({ id }) => id));
    const seen: string[] = [];
    const seed = Date.now() % 2 ** 31;
    // After how many events each connection is cut.
    const cuts = fc.sample(fc.integer({ min: 0, max: 120 }), { numRuns: 300, seed });
    let connections = 0;
    const take = (event: { id: string }, client: SseClient) => {
      if (wanted.has(event.id)) seen.push(event.id);
      if (client.events.length > (cuts[connections % cuts.length] ?? 0)) client.close();
    };
    let client = await tail('category=secret_access', undefined, take);
    const following = (async () => {
      while (seen.length < EVENTS) {
        connections++;
        await Promise.race([client.ended, complete(() => seen.length >= EVENTS)]);
        if (seen.length < EVENTS) client = await tail('category=secret_access', client.lastEventId, take);
      }
    })();
    for (let at = 0; at < EVENTS; at += PART) await produce(events.slice(at, at + PART));
    await following;
    client.close();
    // What a repetition would look like is waited for: a marker behind everything, on each partition.
    const markers = TENANTS.map((_, i) => use(200_000 + i));
    const last = await tail('category=secret_access', client.lastEventId, (event) => {
      if (wanted.has(event.id)) seen.push(event.id);
    });
    await produce(markers);
    await eventually(() => expect(last.events.length).toBeGreaterThanOrEqual(markers.length));
    last.close();
    expect({
      seed,
      missing: EVENTS - new Set(seen).size,
      repeated: seen.length - new Set(seen).size,
    }).toEqual({
      seed,
      missing: 0,
      repeated: 0,
    });
    expect(connections).toBeGreaterThan(40);
  });

  it('goes on after the api was killed', async () => {
    const first = await tail('category=secret_access');
    await produce([use(300_000)]);
    await eventually(() => expect(first.events).toHaveLength(1));
    process.kill(mesh.mesh.process('api').pid!, 'SIGKILL');
    await first.ended;
    const meanwhile = Array.from({ length: 20 }, (_, n) => use(300_001 + n));
    await produce(meanwhile);
    const again = await eventually(() => tail('category=secret_access', first.lastEventId), 60_000);
    await eventually(() => expect(again.events).toHaveLength(20));
    expect(again.events.map(({ id }) => id).toSorted()).toEqual(meanwhile.map(({ id }) => id).toSorted());
    again.close();
  });
});

/** Resolves when the condition holds. */
const complete = (condition: () => boolean) =>
  eventually(() => {
    if (!condition()) throw new Error('not yet');
  }, 90_000);
