import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { topics, ungathered, type AuditCandidate, type AuditEvent } from '@auditmesh/events';
import { RecordProducer, type OpenTopics } from '@auditmesh/kafka';
import { metrics, startService } from '@auditmesh/runtime';
import { eventually, sampleEvent, TestKafka } from '@auditmesh/testing';
import { service } from './consolidator.module.js';

type App = Awaited<ReturnType<typeof startService>>;

let kafka: TestKafka;
let open: OpenTopics;
let producer: RecordProducer;
let apps: App[];

beforeEach(async () => {
  kafka = new TestKafka();
  open = await kafka.create(
    [topics.auditCandidates, topics.auditEvents, topics.consolidatorClosures],
    ['consolidator'],
  );
  producer = new RecordProducer(kafka.client, open);
  await producer.connect();
  apps = [];
});

afterEach(async () => {
  await producer.disconnect();
  await Promise.all(apps.map((app) => app.close()));
});

async function start(limits: Record<string, string> = {}): Promise<App> {
  const app = await startService(service, { ...kafka.environment, ...limits });
  apps.push(app);
  return app;
}

/** Header and members of the event with this number. */
function candidates(n: number, expected: number): AuditCandidate[] {
  const { type, category, occurred_at, scope, target, cause, source, ...rest } = sampleEvent(n);
  const shared = {
    ...ungathered,
    consolidation_key: `key ${n}`,
    log: '1.0',
    type,
    category,
    occurred_at,
    scope,
    target,
    cause,
    source,
    expected,
  };
  const event: AuditEvent = { ...rest, type, category, occurred_at, scope, target, cause, source };
  return [
    { ...shared, ordinal: 0, project_id: null, event },
    ...Array.from({ length: expected }, (_, i) => ({
      ...shared,
      ordinal: i + 1,
      project_id: 100 + i,
      event: null,
    })),
  ];
}

const send = (list: AuditCandidate[]) =>
  producer.send(
    topics.auditCandidates,
    list.map((value) => ({ key: value.consolidation_key ?? value.log, value })),
  );
const openWindows = async () =>
  (await metrics.getSingleMetric('auditmesh_open_windows')!.get()).values
    .filter(({ value }) => value > 0)
    .map(({ labels, value }) => `${labels.partition}: ${value}`);
const events = async () => (await kafka.readAll(open, topics.auditEvents)).map((r) => r.value);

describe('the consolidator', () => {
  it('makes one event of the candidates of each key, and remembers that it did', async () => {
    await start();
    for (let n = 0; n < 20; n++) await send(candidates(n, n));
    await eventually(async () => expect(await events()).toHaveLength(20));
    await send(candidates(7, 7));
    await send(candidates(99, 1));
    await eventually(async () => expect((await events()).length).toBeGreaterThan(20));
    const all = await events();
    expect(all).toHaveLength(21);
    expect(all.map((e) => e.consolidation!.affected_projects_count).toSorted((a, b) => a - b)).toEqual([
      0,
      1,
      1,
      ...Array.from({ length: 18 }, (_, i) => i + 2),
    ]);
    const closures = await kafka.readLatest(open, topics.consolidatorClosures);
    expect(closures.get('key 7')).toMatchObject({ number: 0, complete: true, expected: 7 });
  });

  it('finishes after a restart what was open, emits nothing twice, and keeps dead letters single', async () => {
    const first = await start();
    const [header, ...members] = candidates(1, 3);
    const lone = { ...candidates(5, 0)[0]!, consolidation_key: null, ordinal: null, expected: null };
    const wrong = { ...candidates(6, 1)[1]!, ordinal: 9, consolidation_key: header!.consolidation_key };
    await producer.send(
      topics.auditCandidates,
      [header!, lone, wrong, members[0]!].map((value) => ({ key: 'k', value, partition: 0 })),
    );
    await eventually(async () => expect(await events()).toHaveLength(1));
    await first.close();
    await start();
    await producer.send(
      topics.auditCandidates,
      members.slice(1).map((value) => ({ key: 'k', value, partition: 0 })),
    );
    await eventually(async () => expect(await events()).toHaveLength(2));
    expect((await events()).map((e) => e.consolidation?.complete)).toEqual([undefined, true]);
    expect(await kafka.deadLetters('consolidator')).toHaveLength(1);
  });

  it('shows how many windows are open by partition, for as long as the partition is here', async () => {
    const app = await start();
    const [[header, ...members], other] = [candidates(1, 2), candidates(2, 2)];
    const written = (list: AuditCandidate[]) =>
      producer.send(
        topics.auditCandidates,
        list.map((value) => ({ key: 'k', value, partition: 0 })),
      );
    await written([header!, ...other.slice(0, 2)]);
    await eventually(async () => expect(await openWindows()).toEqual(['0: 2']));
    await written(members);
    await eventually(async () => expect(await openWindows()).toEqual(['0: 1']));
    await app.close();
    expect(await openWindows()).toEqual([]);
  });

  it('closes an incomplete window by the wall clock when the partition is idle, and amends it', async () => {
    await start({ WINDOW_IDLE_MS: '500' });
    const all = candidates(1, 4);
    await send(all.slice(0, 3));
    await eventually(async () => expect(await events()).toHaveLength(1));
    await send(all.slice(3));
    await eventually(async () => expect(await events()).toHaveLength(2));
    const [event, amendment] = (await events()).toSorted((a) => (a.consolidation!.amends ? 1 : -1));
    expect(event!.consolidation).toMatchObject({ complete: false, missing: 2, affected_projects_count: 4 });
    expect(amendment).toMatchObject({
      type: 'audit_event_amended',
      consolidation: { complete: true, missing: 0, amends: { id: event!.id, number: 1 } },
    });
  });
});
