import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretAuditor } from '@auditmesh/sdk';
import { eventually } from '@auditmesh/testing';
import { TestMesh, type EventJson } from './support/test-mesh.js';

const RULES: Record<string, string> = {
  'many-reads': 'severity: warning\nkind: count\nby: identity\nthreshold: 20\nwindow: 1m\nclear_after: 8s\n',
  tries: 'severity: critical\nkind: denied_burst\nby: ip\nthreshold: 3\nwindow: 5m\nclear_after: 1h\n',
};
const text = (name: string): string => `name: ${name}\ndescription: For this test alone\n${RULES[name]}`;
let mesh: TestMesh;
let folder: string;
let rules: string;
let auditor: SecretAuditor;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'auditmesh-b09-'));
  rules = join(folder, 'rules');
  mkdirSync(rules);
  for (const name of Object.keys(RULES)) writeFileSync(join(rules, `${name}.yml`), text(name));
  const SECRET_PATHS_FILE = join(folder, 'paths.yml');
  writeFileSync(SECRET_PATHS_FILE, 'paths:\n  - {mount: kv, namespace: acme}\n');
  mesh = await TestMesh.start({ SECRET_PATHS_FILE, ALERT_RULES_FOLDER: rules });
  await mesh.directory({ namespaces: [{ id: 1, path: 'acme' }], projects: [] });
  const { KAFKA_BROKERS, TOPIC_PREFIX, SCHEMA_REGISTRY_URL } = mesh.environment;
  auditor = await SecretAuditor.open({
    name: 'vault',
    spool: { folder: join(folder, 'spool') },
    kafka: { brokers: KAFKA_BROKERS!.split(','), prefix: TOPIC_PREFIX! },
    schemaRegistryUrl: SCHEMA_REGISTRY_URL!,
  });
});

afterAll(async () => {
  await auditor?.close();
  await mesh?.stop();
  rmSync(folder, { recursive: true });
});

async function read(times: number, id: string, outcome: 'success' | 'denied' = 'success'): Promise<void> {
  const actor = { type: 'user' as const, id, name: `User ${id}`, ip: `10.0.0.${id}` };
  for (let i = 0; i < times; i++)
    await auditor.record({ action: 'read', secret: { id: `kv/secret-${i}` }, actor }, { outcome });
}

/** The events of the query once there are so many. */
const found = (query: string, count: number, patienceMs?: number): Promise<EventJson[]> =>
  eventually(async () => {
    const events = await mesh.events(query);
    expect(events).toHaveLength(count);
    return events;
  }, patienceMs);

const raised = (rule: string) => `type=secret_access_alert_raised&target=${rule}`;

describe('alerts about the use of secrets', () => {
  it('are audit events, found within 5 seconds of the use that raised them', async () => {
    await read(19, '17');
    await found('type=secret_read', 19);
    expect(await mesh.events('type=secret_access_alert_raised')).toEqual([]);
    await read(1, '17');
    const [alert] = await found(raised('many-reads'), 1, 5_000);
    expect(alert).toMatchObject({
      category: 'secret_access',
      actor: { id: '17', type: 'user', name: 'User 17', ip: '10.0.0.17' },
      scope: { type: 'group', id: '1', path: 'acme' },
      target: { type: 'alert_rule', id: 'many-reads', name: 'Many reads' },
      message: 'User 17 used secrets 20 times within 1 minute',
      details: { rule: 'many-reads', severity: 'warning', subject: '17', count: 20, threshold: 20 },
    });
    const reads = await mesh.events('type=secret_read');
    expect(alert!.occurred_at).toBe(reads.at(-1)!.occurred_at);
    expect(reads.map(({ id }) => id)).toEqual(expect.arrayContaining(alert!.details.event_ids));
  });

  it('are raised once while the cause lasts, and cleared when it has passed', async () => {
    await read(5, '17');
    const [cleared] = await found('type=secret_access_alert_cleared', 1);
    const [alert] = await found(raised('many-reads'), 1);
    expect(cleared!.details).toMatchObject({ raised_event_id: alert!.id, rule: 'many-reads' });
    expect(cleared!.details.count).toBeGreaterThanOrEqual(20);
  });

  it('tell of attempts that were denied', async () => {
    await read(2, '99', 'denied');
    await read(1, '98', 'denied');
    await read(1, '99', 'denied');
    const [alert] = await found(raised('tries'), 1);
    expect(alert).toMatchObject({ message: '10.0.0.99 was denied 3 times within 5 minutes' });
  });

  it('are counted, and end when their rule is taken away', async () => {
    const active = () => mesh.metric('secret-access', 'auditmesh_alerts_active', 'rule="tries"');
    await eventually(async () => expect(await active()).toBe(1));
    rmSync(join(rules, 'tries.yml'));
    const query = 'type=secret_access_alert_cleared&target=tries';
    const [cleared] = await found(query, 1);
    expect(cleared!.message).toBe('Tries, 10.0.0.99: the rule was removed');
    await eventually(async () => expect(await active()).toBe(0));
  });
});
