import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  noEntity,
  topics,
  type AuditEvent,
  type DirectoryEntry,
  type MergeRequestChanged,
} from '@auditmesh/events';
import { RecordProducer, type OpenTopics } from '@auditmesh/kafka';
import {
  eventually,
  sampleApproval,
  sampleMergeRequest,
  ServiceProcess,
  TestKafka,
} from '@auditmesh/testing';
import { groups, usedTopics } from '../../test/kafka-of-service.js';

const DETECTED = 'security_policy_violations_detected';
const RESOLVED = 'security_policy_violations_resolved';
const MERGED = 'merge_request_merged';
const MERGED_WITH = 'security_policy_merge_request_merged_with_policy_violations';

let kafka: TestKafka;
let open: OpenTopics;
let producer: RecordProducer;
let processes: ServiceProcess[];
let told: number;

beforeEach(async () => {
  kafka = new TestKafka();
  open = await kafka.create(usedTopics, groups);
  producer = new RecordProducer(kafka.client, open);
  await producer.connect();
  processes = [];
  told = 0;
  await directory();
});

afterEach(async () => {
  await producer.disconnect();
  await Promise.all(processes.map((process) => process.stop('SIGKILL')));
});

async function start(more: Record<string, string> = {}): Promise<ServiceProcess> {
  const environment = { ...kafka.environment, DIRECTORY_PATIENCE_MS: '300', ...more };
  const process = await ServiceProcess.start('violations', environment);
  processes.push(process);
  return process;
}

/** Tenant 1 with the projects 70 and 71, which policy project 42 governs. */
async function directory(): Promise<void> {
  const project = (id: number): [string, Partial<DirectoryEntry>] => [
    `project/${id}`,
    {
      project: { id, path: `acme/p${id}`, namespace_id: 1, archived: false, personal: false, settings: '{}' },
    },
  ];
  const entries: [string, Partial<DirectoryEntry>][] = [
    ['namespace/1', { namespace: { id: 1, path: 'acme', parent_id: null, log_shards: 1 } }],
    ...[42, 70, 71].map(project),
    [
      'policy-link/namespace/1/42',
      { policy_link: { policy_project_id: 42, namespace_id: 1, project_id: null } },
    ],
  ];
  const records = entries.map(([key, entry]) => ({ key, value: { tenant: '1', ...noEntity, ...entry } }));
  await producer.send(topics.directoryEntries, records);
}

/** Puts approval policies into force, by name and the approvals that they ask for. */
async function policies(asked: Record<string, number>): Promise<void> {
  const all = Object.entries(asked).map(([name, approvals_required]) => ({
    type: 'approval_policy',
    name,
    content: {
      name,
      rules: [{ type: 'any_merge_request', branch_type: 'protected', commits: 'any' }],
      actions: [{ type: 'require_approval', approvals_required }],
    },
  }));
  const file = { valid: true, policies: JSON.stringify(all), commit_sha: 'a', push_id: 'p', occurred_at: 0 };
  const value = { policy_project_id: 42, file, push: null, fanout: null, skipped: null };
  await producer.send(topics.policyStates, [{ key: '42', value }]);
}

const record = (change: Partial<MergeRequestChanged>, id = `mr-${++told}`) => {
  const value = sampleMergeRequest({ sequence: told, ...change });
  return { key: String(value.project_id), value, headers: { ce_source: 'platform', ce_id: id } };
};
const send = (...changes: Partial<MergeRequestChanged>[]) =>
  producer.send(
    topics.mergeRequestsChanges,
    changes.map((change) => record(change)),
  );
const trail = async (): Promise<AuditEvent[]> =>
  (await kafka.readAll(open, topics.auditEvents)).map(({ value }) => value);
const lines = async () => (await trail()).map(({ type, target }) => `${type} ${target.name}`);
const expectLines = (expected: string[]) =>
  eventually(async () => expect(await lines()).toEqual(expected), 20_000);
const approvals = [sampleApproval('ben'), sampleApproval('cleo')];

describe('approval policies on Kafka', () => {
  it('are told broken, resolved and merged against, each once and with its place', async () => {
    await policies({ 'Two eyes': 2 });
    await start();
    await send({ change: 'opened' }, {}, { approvals });
    await send({ change: 'opened', iid: 8, project_id: 71 }, { change: 'merged', iid: 8, project_id: 71 });
    await expectLines([
      `${DETECTED} Two eyes`,
      `${RESOLVED} Round amounts to cents`,
      `${DETECTED} Two eyes`,
      `${MERGED} Round amounts to cents`,
      `${MERGED_WITH} Two eyes`,
    ]);
    const records = await kafka.readAll(open, topics.auditEvents);
    expect(records[0]).toMatchObject({
      key: '1.0',
      headers: { ce_type: DETECTED, ce_source: 'auditmesh/violations' },
    });
    expect(records[0]!.value).toMatchObject({
      scope: { id: '42', path: 'acme/p42', root_namespace_id: '1' },
      cause: { id: 'mr-1', topic: 'merge-requests.changes.v1' },
      source: 'platform',
    });
    expect(records[3]!.value.scope).toMatchObject({ id: '71', path: 'acme/p71' });
  });

  it('are those in force when the record is handled', async () => {
    await start();
    await policies({ One: 1 });
    await send({});
    await expectLines([`${DETECTED} One`]);
    await policies({ Two: 2 });
    await send({});
    await expectLines([`${DETECTED} One`, `${DETECTED} Two`]);
    await policies({});
    await send({});
    await expectLines([`${DETECTED} One`, `${DETECTED} Two`, `${RESOLVED} Round amounts to cents`]);
  });

  it('go on after a kill with what was told, and tell nothing twice', async () => {
    await policies({ 'Two eyes': 2 });
    const first = await start();
    const opened = record({ change: 'opened' });
    await producer.send(topics.mergeRequestsChanges, [opened]);
    await expectLines([`${DETECTED} Two eyes`]);
    await first.stop('SIGKILL');
    await producer.send(topics.mergeRequestsChanges, [opened, record({}), opened, record({ approvals })]);
    await start();
    await expectLines([`${DETECTED} Two eyes`, `${RESOLVED} Round amounts to cents`]);
  });

  it('are told exactly once of many merge requests, wherever the service is killed', async () => {
    await policies({ 'Two eyes': 2 });
    const count = 400;
    let process = await start();
    const all = Array.from({ length: count }, (_, i) => [
      record({ iid: i + 1, id: i + 1, sequence: 1 }, `open-${i}`),
      record({ iid: i + 1, id: i + 1, sequence: 2, change: 'merged', approvals }, `merge-${i}`),
    ]).flat();
    for (let at = 0; at < all.length; at += 200) {
      await producer.send(topics.mergeRequestsChanges, all.slice(at, at + 200));
      await process.stop('SIGKILL');
      process = await start();
    }
    await eventually(
      async () => expect((await trail()).filter(({ type }) => type === MERGED)).toHaveLength(count),
      60_000,
    );
    const events = await trail();
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(Map.groupBy(events, ({ type }) => type).get(RESOLVED)).toHaveLength(count);
    expect(events).toHaveLength(3 * count);
  }, 120_000);

  it('set aside records that break the contract, and wait for a project only for a while', async () => {
    await policies({ 'Two eyes': 2 });
    await start();
    await send({ sequence: -1 });
    await send({ project_id: 99, change: 'merged' });
    await expectLines([`${MERGED} Round amounts to cents`]);
    expect((await trail())[0]!.scope).toMatchObject({ id: '99', root_namespace_id: null });
    const [letter] = await kafka.deadLetters('violations.approvals');
    expect(Object.values(letter!.headers).join()).toContain('The sequence -1 is no number from 0 on.');
  });

  it('forget merge requests some time after they ended', async () => {
    await policies({ 'Two eyes': 2 });
    await start({ MERGE_REQUEST_MEMORY_MS: '1000' });
    await send({ change: 'merged' }, { iid: 8 });
    await eventually(
      async () =>
        expect([...(await kafka.readLatest(open, topics.approvalsStates)).keys()]).toEqual(['70/8']),
      20_000,
    );
  });
});
