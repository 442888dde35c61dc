import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  deadLetters,
  noEntity,
  plainFramework,
  topics,
  type DirectoryChanged,
  type DirectoryEntry,
} from '@auditmesh/events';
import { cloudEventHeaders, RecordProducer, type OpenTopics } from '@auditmesh/kafka';
import { eventually, ServiceProcess, TestKafka } from '@auditmesh/testing';

const TENANTS = [1, 2, 3];
const VERSIONS = 120;
const ann = { id: '17', type: 'user', name: 'Ann Lee', email: null, ip: null, user_agent: null };

let kafka: TestKafka;
let open: OpenTopics;
let producer: RecordProducer;
let service: ServiceProcess;
let count = 0;

beforeAll(async () => {
  kafka = new TestKafka();
  open = await kafka.create(Object.values(topics), deadLetters.groups);
  producer = new RecordProducer(kafka.client, open);
  await producer.connect();
  service = await ServiceProcess.start('violations', kafka.environment);
});

afterAll(async () => {
  await service?.stop();
  await producer?.disconnect();
});

const record = (tenant: number, key: string, entity: Partial<DirectoryEntry> | null, withCause = true) => {
  const at = 1_795_219_200_000_000 + count;
  const value: DirectoryChanged = {
    ...{ key, tenant: String(tenant), occurred_at: at, actor: ann, replaces: null, replaced_by: null },
    entry: entity && { ...noEntity, tenant: String(tenant), ...entity },
  };
  const headers = cloudEventHeaders({ id: `c${count++}`, type: 'changed', source: 'test', time: at });
  return { key: String(tenant), value, headers: withCause ? headers : {} };
};

/** Version `n` of the framework of a tenant is assigned to the projects up to `n`. */
const version = (tenant: number, n: number) =>
  record(tenant, `framework/${tenant}`, {
    framework: {
      ...plainFramework,
      ...{ id: tenant, namespace_id: tenant, name: `F${tenant}` },
      projects: Array.from({ length: n }, (_, at) => at + 1),
    },
  });

const told = async () => (await kafka.readAll(open, topics.auditEvents)).map(({ value }) => value);

describe('violations.frameworks', () => {
  it('tells of each change once, from what was before, also when it is killed again and again', async () => {
    await producer.send(
      topics.directoryChanges,
      TENANTS.map((id) =>
        record(id, `namespace/${id}`, { namespace: { id, path: `n${id}`, parent_id: null, log_shards: 1 } }),
      ),
    );
    for (let n = 0; n <= VERSIONS; n++) {
      await producer.send(
        topics.directoryChanges,
        TENANTS.map((tenant) => version(tenant, n)),
      );
      if (n % 40 !== 20) continue;
      await eventually(async () => expect((await told()).length).toBeGreaterThan(n));
      await service.stop('SIGKILL');
      service = await ServiceProcess.start('violations', kafka.environment);
    }
    const all = TENANTS.length * (VERSIONS + 1);
    await eventually(async () => expect((await told()).length).toBeGreaterThanOrEqual(all));
    const events = await told();
    expect([events.length, new Set(events.map(({ id }) => id)).size]).toEqual([all, all]);
    for (const tenant of TENANTS) {
      const own = events.filter(({ scope }) => scope.root_namespace_id === String(tenant));
      const [first, ...rest] = own;
      expect([first!.type, first!.scope.path]).toEqual(['create_compliance_framework', `n${tenant}`]);
      expect(rest.map(({ type, scope }) => `${type} ${scope.id}`)).toEqual(
        Array.from({ length: VERSIONS }, (_, at) => `compliance_framework_added ${at + 1}`),
      );
    }
  });

  it('tells of an assignment to thousands of projects at once in one event', async () => {
    const before = (await told()).length;
    await producer.send(topics.directoryChanges, [version(2, VERSIONS + 5_000), version(2, VERSIONS)]);
    await eventually(async () => expect((await told()).length).toBeGreaterThanOrEqual(before + 2));
    const bulk = (await told()).filter(({ consolidation }) => consolidation);
    expect(bulk.map(({ type, message }) => `${type}: ${message}`)).toEqual([
      'compliance_framework_added: Assigned the compliance framework "F2" to 5000 projects',
      'compliance_framework_removed: Removed the compliance framework "F2" from 5000 projects',
    ]);
    expect((await told()).length).toBe(before + 2);
  });

  it('sets aside what has no cause, and goes on as if it had not been, also when it is killed', async () => {
    const before = (await told()).length;
    const goesOn = async (n: number) => {
      await producer.send(topics.directoryChanges, [version(1, VERSIONS + n)]);
      await eventually(async () => expect((await told()).length).toBeGreaterThanOrEqual(before + n));
      expect((await told()).length).toBe(before + n);
    };
    await producer.send(topics.directoryChanges, [record(1, 'framework/1', null, false)]);
    await goesOn(1);
    await producer.send(topics.directoryChanges, [record(1, 'framework/1', null, false)]);
    await eventually(async () => expect(await kafka.deadLetters('violations.frameworks')).toHaveLength(2));
    await service.stop('SIGKILL');
    service = await ServiceProcess.start('violations', kafka.environment);
    await goesOn(2);
    const letters = await kafka.deadLetters('violations.frameworks');
    const reason = expect.stringContaining('ce_source is missing');
    expect(letters.map(({ headers }) => Object.values(headers).join(' '))).toEqual([reason, reason]);
  });
});
