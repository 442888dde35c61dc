import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics, type AuditEvent } from '@auditmesh/events';
import { RecordProducer, type ConsumedRecord, type OpenTopics } from '@auditmesh/kafka';
import { metrics, startService } from '@auditmesh/runtime';
import { eventually, sampleEvent, TestKafka } from '@auditmesh/testing';
import { groups, usedTopics } from '../../test/kafka-of-service.js';
import { service } from '../secret-access.module.js';

type App = Awaited<ReturnType<typeof startService>>;
const many = `name: many
description: Somebody reads too much
severity: warning
kind: count
by: identity
threshold: 5
window: 1m
clear_after: 4s
`;

const RAISED = 'secret_access_alert_raised many';
const CLEARED = 'secret_access_alert_cleared many';

let kafka: TestKafka;
let open: OpenTopics;
let producer: RecordProducer;
let folder: string;
let apps: App[];
let n: number;

beforeEach(async () => {
  kafka = new TestKafka();
  open = await kafka.create(usedTopics, groups);
  producer = new RecordProducer(kafka.client, open);
  await producer.connect();
  folder = mkdtempSync(join(tmpdir(), 'auditmesh-rules-'));
  apps = [];
  n = 0;
});

afterEach(async () => {
  await producer.disconnect();
  await Promise.all(apps.map((app) => app.close()));
  rmSync(folder, { recursive: true });
});

const rule = (text: string, name = 'many') => writeFileSync(join(folder, `${name}.yml`), text);

async function start(): Promise<App> {
  const app = await startService(service, { ...kafka.environment, ALERT_RULES_FOLDER: folder });
  apps.push(app);
  return app;
}

/** Uses of secrets now, as the trail has them. */
function uses(count: number, change: Partial<AuditEvent> = {}): AuditEvent[] {
  const actor = {
    id: '903',
    type: 'service_account',
    name: 'bot',
    email: null,
    ip: '10.0.0.1',
    user_agent: null,
  };
  const unsaid = { secret_path: null, mount: null, version: null, operation: null, request_id: null };
  const use = {
    ...unsaid,
    error_code: null,
    guarantee: null,
    sequence: null,
    corrects: null,
    unresolved: false,
  };
  const secret_access = { ...use, access_type: 'read', secret_id: 'kv/db', policies: [], producer_id: 'p' };
  const occurred_at = Date.now() * 1000;
  const what = { type: 'secret_read', category: 'secret_access', occurred_at, actor, secret_access };
  return Array.from({ length: count }, () => sampleEvent(n++, { ...what, ...change }));
}

const send = (events: AuditEvent[]) =>
  producer.send(
    topics.auditEvents,
    events.map((value) => ({ key: `${value.scope.root_namespace_id ?? 0}.0`, value })),
  );
const trail = (): Promise<ConsumedRecord<AuditEvent>[]> => kafka.readAll(open, topics.auditEvents);
const alerts = async () => (await trail()).filter(({ value }) => value.alert !== null);
const told = async () => (await alerts()).map(({ value }) => `${value.type} ${value.alert!.rule}`);
const metric = async (name: string) =>
  (await metrics.getSingleMetric(name)!.get()).values.reduce((sum, { value }) => sum + value, 0);

describe('the alert rules on Kafka', () => {
  it('raise an alert within 5 seconds of the event, once, and clear it when the cause has passed', async () => {
    rule(many);
    await start();
    await send(uses(4));
    await send(uses(3));
    await send(uses(3, { outcome: 'denied' }));
    await eventually(async () => expect(await told()).toEqual([RAISED, CLEARED]));
    const all = await trail();
    const fifth = all.filter(({ value }) => value.alert === null)[4]!;
    const [raised, cleared] = await alerts();
    expect(raised!.timestamp - fifth.timestamp).toBeLessThan(5_000);
    expect(raised!.value.alert!.event_ids).toContain(fifth.value.id);
    expect(raised!.headers).toMatchObject({ ce_id: raised!.value.id, ce_type: 'secret_access_alert_raised' });
    expect(cleared!.value.alert).toMatchObject({ count: 10, raised_event_id: raised!.value.id });
    expect(await metric('auditmesh_alerts_active')).toBe(0);
  });

  it('bring a tenant together that has several logs, and never look at alerts', async () => {
    rule(many.replace('threshold: 5', 'threshold: 1').replace('4s', '1d'));
    rule(many.replace('many', 'sum').replace('4s', '1d'), 'sum');
    await start();
    const logs = ['1.0', '1.1', '1.2', '1.3', '1.4'];
    await producer.send(
      topics.auditEvents,
      uses(5).map((value, i) => ({ key: logs[i]!, value })),
    );
    await eventually(async () =>
      expect((await told()).toSorted()).toEqual([RAISED, RAISED.replace('many', 'sum')]),
    );
    await send(uses(1, { actor: { ...uses(1)[0]!.actor, id: '904' } }));
    await eventually(async () => expect(await told()).toHaveLength(3));
    expect(await kafka.readAll(open, topics.alertsInputs)).toHaveLength(6);
  });

  it('go on after a restart with what was counted and raised, and tell nothing twice', async () => {
    rule(many.replace('4s', '1d'));
    const first = await start();
    await send(uses(3));
    await eventually(async () => expect(await kafka.readAll(open, topics.alertsStates)).not.toEqual([]));
    await first.close();
    await send(uses(2));
    const second = await start();
    await eventually(async () => expect(await told()).toEqual([RAISED]));
    await second.close();
    await start();
    await send(uses(5));
    await eventually(async () => expect(await kafka.readAll(open, topics.alertsInputs)).toHaveLength(10));
    const states = await eventually(async () => {
      const latest = await kafka.readLatest(open, topics.alertsStates);
      expect(latest.get('subject/1/many/903')?.subject?.episode?.count).toBe(10);
      return latest;
    });
    expect(await told()).toEqual([RAISED]);
    expect(states.get('subject/1/many/903')!.subject!.episode!.raised_id).toBe((await alerts())[0]!.value.id);
  });

  it('follow their folder: a broken rule stays as it was, a changed and a removed one clear their alerts', async () => {
    rule(many.replace('4s', '1d'));
    rule(many.replace('many', 'few').replace('4s', '1d'), 'few');
    await start();
    await send(uses(5));
    await eventually(async () => expect(await told()).toHaveLength(2));
    rule('kind: [');
    await eventually(async () => expect(await metric('auditmesh_alert_rules_broken')).toBe(1));
    expect(await metric('auditmesh_alert_rules_loaded')).toBe(2);
    rule(many.replace('threshold: 5', 'threshold: 6').replace('4s', '1d'));
    rmSync(join(folder, 'few.yml'));
    const messages = async () => (await alerts()).slice(2).map(({ value }) => value.message);
    await eventually(async () =>
      expect((await messages()).toSorted()).toEqual([
        'Few, bot: the rule was removed',
        'Many, bot: the rule was changed, and begins anew',
      ]),
    );
    await send(uses(6));
    await eventually(async () => expect((await told()).at(-1)).toBe(RAISED));
  });

  it('stop the start if their folder is not there', async () => {
    const nowhere = { ...kafka.environment, ALERT_RULES_FOLDER: join(folder, 'no') };
    await expect(startService(service, nowhere)).rejects.toThrow(
      /ALERT_RULES_FOLDER: .*cannot be read: ENOENT/,
    );
  });
});
