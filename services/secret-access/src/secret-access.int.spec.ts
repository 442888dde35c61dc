import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  noEntity,
  topics,
  type DirectoryEntry,
  type SecretAccess,
  type SecretAccessed,
} from '@auditmesh/events';
import { partitionOf, RecordProducer, type OpenTopics } from '@auditmesh/kafka';
import { metrics, startService } from '@auditmesh/runtime';
import { eventually, TestKafka } from '@auditmesh/testing';
import { groups, NO_RULES, usedTopics } from '../test/kafka-of-service.js';
import { service } from './secret-access.module.js';

type App = Awaited<ReturnType<typeof startService>>;

const PRODUCER = 'vault/6f1f6f3a';
const HOME = partitionOf(PRODUCER, topics.secretAccesses.partitions);
let kafka: TestKafka;
let open: OpenTopics;
let producer: RecordProducer;
let apps: App[];
let folder: string;

beforeEach(async () => {
  kafka = new TestKafka();
  open = await kafka.create(usedTopics, groups);
  producer = new RecordProducer(kafka.client, open);
  await producer.connect();
  apps = [];
  folder = mkdtempSync(join(tmpdir(), 'secret-access-'));
});

afterEach(async () => {
  await producer.disconnect();
  await Promise.all(apps.map((app) => app.close()));
  rmSync(folder, { recursive: true });
});

async function start(environment: Record<string, string> = {}): Promise<App> {
  const app = await startService(service, {
    ...kafka.environment,
    ALERT_RULES_FOLDER: NO_RULES,
    ...environment,
  });
  apps.push(app);
  return app;
}

const nothing = { tenant: '1', ...noEntity };
const directory = (key: string, entry: Partial<DirectoryEntry>) =>
  producer.send(topics.directoryEntries, [{ key, value: { ...nothing, ...entry } }]);

const access: SecretAccess = {
  action: 'read',
  outcome: 'success',
  guarantee: 'spooled',
  actor: { id: '17', type: 'user', name: 'Ann', email: null, ip: '10.0.0.1', user_agent: null },
  secret_id: 'kv/payments/db-password',
  secret_path: null,
  mount: null,
  version: null,
  policy: null,
  request_id: null,
  error_code: null,
  corrects: null,
};

const record = (number: number, change: Partial<SecretAccessed> = {}): SecretAccessed => ({
  kind: 'access',
  producer_id: PRODUCER,
  sequence: number,
  partition_sequence: number,
  occurred_at: Date.now() * 1_000,
  access: { ...access, request_id: String(number) },
  heartbeat: null,
  ...change,
});
const heartbeat = (number: number, interval_ms: number | null) =>
  record(number, { kind: 'heartbeat', access: null, heartbeat: { interval_ms } });

/** All on the home partition of the producer. */
const send = (values: SecretAccessed[], headers?: Record<string, string>) =>
  producer.send(
    topics.secretAccesses,
    values.map((value) => ({
      key: 'k',
      value,
      partition: HOME,
      headers: headers ?? { ce_source: value.producer_id, ce_id: String(value.sequence) },
    })),
  );
const events = async () => (await kafka.readAll(open, topics.auditEvents)).map(({ value }) => value);
const typesOf = async () => (await events()).map(({ type }) => type);

describe('secret-access', () => {
  it('tells each access once, over restarts and repetitions, and where it belongs', async () => {
    await directory('namespace/1', { namespace: { id: 1, path: 'acme', parent_id: null, log_shards: 1 } });
    const file = join(folder, 'paths.yml');
    writeFileSync(file, 'paths: [{mount: kv, namespace: acme}]');
    const first = await start({ SECRET_PATHS_FILE: file });
    const records = Array.from({ length: 40 }, (_, i) => record(i + 1));
    await send(records.slice(0, 20));
    await eventually(async () => expect((await events()).length).toBe(20));
    await first.close();
    await send(records.slice(10, 30));
    await start({ SECRET_PATHS_FILE: file });
    await send(records.slice(5, 40));
    await eventually(async () => expect((await events()).length).toBeGreaterThanOrEqual(40));
    const all = await events();
    expect(all.map(({ secret_access }) => secret_access!.sequence)).toEqual(records.map((r) => r.sequence));
    expect(all[0]).toMatchObject({
      type: 'secret_read',
      scope: { type: 'group', id: '1', path: 'acme', root_namespace_id: '1' },
      cause: { id: '1', topic: 'secret.accesses.v1' },
      source: PRODUCER,
      secret_access: { unresolved: false, guarantee: 'spooled', producer_id: PRODUCER },
    });
    const states = await kafka.readLatest(open, topics.secretsStates);
    expect(states.get(`producer/${PRODUCER}`)!.producer).toMatchObject({
      partition_sequence: 40,
      missing: [],
    });
  });

  it('takes a changed file of paths without a restart, and keeps the one before a broken one', async () => {
    await directory('namespace/1', { namespace: { id: 1, path: 'acme', parent_id: null, log_shards: 1 } });
    const file = join(folder, 'paths.yml');
    writeFileSync(file, 'paths: []');
    await start({ SECRET_PATHS_FILE: file });
    writeFileSync(file, 'paths: [{mount: kv, namespace: acme}]');
    let number = 0;
    await eventually(async () => {
      await send([record(++number)]);
      expect((await events()).at(-1)?.scope.path).toBe('acme');
    });
    await expect(start({ SECRET_PATHS_FILE: join(folder, 'none.yml') })).rejects.toThrow('SECRET_PATHS_FILE');
  });

  it('tells of numbers that are missing, and puts what breaks the contract into the dead-letter queue', async () => {
    await start();
    await send([record(1), record(2, { access: { ...access, action: 'steal' } }), record(3), record(7)]);
    await send([record(8)], { ce_id: '8' });
    await send([record(9)]);
    await eventually(async () => expect(await typesOf()).toHaveLength(5));
    expect(await typesOf()).toEqual([
      'secret_read',
      'secret_read',
      'audit_producer_gap',
      'secret_read',
      'secret_read',
    ]);
    const gap = (await events())[2]!;
    expect(gap.producer_fault).toMatchObject({ first_missing: 4, last_missing: 6, partition: HOME });
    const letters = await kafka.deadLetters('secret-access');
    expect(letters.map(({ headers }) => headers.dlq_reason)).toEqual([
      'The action is none of read, write, list, delete, rotate.',
      'The header ce_source is missing; with the other one it identifies the cause.',
    ]);
  });

  it('tells of a producer that is not heard when it promised, and that it is heard again', async () => {
    await start();
    await send([heartbeat(1, 500)]);
    await eventually(async () => expect(await typesOf()).toEqual(['audit_producer_silent']));
    const silent = metrics.getSingleMetric('auditmesh_silent_producers')!;
    await eventually(async () =>
      expect((await silent.get()).values.reduce((sum, { value }) => sum + value, 0)).toBe(1),
    );
    await send([heartbeat(2, null)]);
    await eventually(async () => expect(await typesOf()).toHaveLength(2));
    const [before, after] = await events();
    expect(after).toMatchObject({
      type: 'audit_producer_resumed',
      producer_fault: { last_heard_at: before!.producer_fault!.last_heard_at, producer_id: PRODUCER },
    });
  });

  it('remembers what has no number for as long as it is told to', async () => {
    await start({ SECRET_SEEN_MS: '5000' }); // it must be found before, also on a busy machine
    const one = record(0, { producer_id: 'http/portal' });
    const headers = { ce_source: 'http/portal', ce_id: 'k/0' };
    await send([one, one], headers);
    await eventually(async () => expect(await typesOf()).toHaveLength(1));
    const seen = async () =>
      [...(await kafka.readLatest(open, topics.secretsStates)).keys()].filter((key) =>
        key.startsWith('seen/'),
      );
    expect(await seen()).toHaveLength(1);
    await eventually(async () => expect(await seen()).toEqual([]));
    expect(await typesOf()).toHaveLength(1);
  });
});
