import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KafkaClient, readPartition } from '@auditmesh/kafka';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { identityOf } from '../bootstrap/process-identity.mjs';
import { removeData } from './folder/remove-data.js';
import { startStack, type Stack } from './stack.js';

const minutes = 60_000;
const schema = { schema: '{"type":"record","name":"Seen","fields":[{"name":"at","type":"long"}]}' };

describe('a stack', () => {
  const dir = mkdtempSync(join(tmpdir(), 'auditmesh-stack-'));
  let stack: Stack;
  let schemaId: number;

  beforeAll(async () => {
    stack = await startStack({ dir });
    await fill();
  }, 3 * minutes);

  afterAll(async () => {
    await stack.stop();
    await removeData(dir);
  }, minutes);

  it(
    'keeps addresses, records, rows and schema ids over a restart',
    async () => {
      const before = { ...stack.env };
      const pids = stack.processes.map(({ pid }) => pid!);
      await stack.stop();
      expect(pids.map(identityOf)).toEqual([undefined, undefined, undefined]);
      stack = await startStack({ dir });
      expect(stack.env).toEqual(before);
      await expectEverythingKept();
    },
    minutes,
  );

  it(
    'keeps all of it when each server is killed and started again',
    async () => {
      const late = await register('late-value');
      await Promise.all(stack.processes.map((each) => each.kill('SIGKILL')));
      await Promise.all(stack.processes.map((each) => each.restart()));
      await expectEverythingKept();
      expect(await register('late-value')).toBe(late);
    },
    minutes,
  );

  it(
    'starts PostgreSQL again though a backend of the killed one was busy',
    async () => {
      const busy = new pg.Client(stack.databaseUrl);
      busy.on('error', () => undefined);
      await busy.connect();
      const answered = busy.query('select count(*) from generate_series(1, 20000000)').catch(() => undefined);
      await stack.process('postgres').kill('SIGKILL');
      await stack.process('postgres').restart();
      expect(await query('select 1 as one')).toEqual([{ one: 1 }]);
      await answered;
    },
    minutes,
  );

  it('is refused a folder in which one runs', async () => {
    await expect(startStack({ dir })).rejects.toMatchObject({ code: 'folder-in-use' });
    await expect(removeData(dir)).rejects.toMatchObject({ code: 'folder-in-use' });
  });

  it(
    'moves to another port if a remembered one was taken meanwhile',
    async () => {
      const port = Number(stack.kafkaBrokers.split(':')[1]);
      await stack.stop();
      const other = await occupy(port);
      try {
        stack = await startStack({ dir });
        expect(stack.kafkaBrokers).not.toContain(String(port));
        await expectEverythingKept();
      } finally {
        other.close();
      }
    },
    minutes,
  );

  it(
    'begins anew where its folder was deleted, whatever is left elsewhere',
    async () => {
      await stack.stop();
      rmSync(dir, { recursive: true });
      stack = await startStack({ dir });
      expect(await query("select 1 from pg_tables where tablename = 'seen'")).toEqual([]);
      await fill();
    },
    minutes,
  );

  it(
    'passes extra settings on to the servers',
    async () => {
      await stack.stop();
      const kafkaSettings = { 'message.max.bytes': '1234567' };
      stack = await startStack({ dir, kafkaSettings, postgresSettings: { work_mem: '7MB' } });
      expect(await query('show work_mem')).toEqual([{ work_mem: '7MB' }]);
      expect(await query('show fsync')).toEqual([{ fsync: 'on' }]);
    },
    minutes,
  );

  it(
    'stops what it began, and shows the log, if one server fails',
    async () => {
      await stack.stop();
      const kafkaSettings = { 'process.roles': 'nonsense' };
      await expect(startStack({ dir, kafkaSettings })).rejects.toMatchObject({
        code: 'ended-early',
        message: expect.stringMatching(/^Kafka ended \(code 1\) before it was ready\..*nonsense/s),
      });
      stack = await startStack({ dir });
      await expectEverythingKept();
    },
    2 * minutes,
  );

  async function fill(): Promise<void> {
    schemaId = await register('seen-value');
    await createTopicWithRecord();
    await query('create table seen as select 42::bigint as at');
  }

  async function register(subject: string): Promise<number> {
    const response = await fetch(`${stack.schemaRegistryUrl}/subjects/${subject}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: schema.schema.replace('Seen', subject.split('-')[0]!) }),
    });
    return ((await response.json()) as { id: number }).id;
  }

  async function createTopicWithRecord(): Promise<void> {
    const client = new KafkaClient({ brokers: [stack.kafkaBrokers], clientId: 'spec' });
    const admin = client.admin();
    await admin.createTopics({ topics: [{ topic: 'seen', numPartitions: 1 }] });
    await admin.disconnect();
    const producer = client.producer({});
    await producer.connect();
    await producer.send({ topic: 'seen', messages: [{ partition: 0, value: 'forty-two' }] });
    await producer.disconnect();
  }

  async function query(sql: string): Promise<unknown[]> {
    const client = new pg.Client(stack.databaseUrl);
    await client.connect();
    return (await client.query(sql).finally(() => client.end())).rows;
  }

  async function expectEverythingKept(): Promise<void> {
    expect(await register('seen-value')).toBe(schemaId);
    expect(await query('select at from seen')).toEqual([{ at: '42' }]);
    const values: string[] = [];
    const client = new KafkaClient({ brokers: [stack.kafkaBrokers], clientId: 'spec' });
    for await (const records of readPartition(client, 'seen', 0)) {
      for (const { valueBytes } of records) values.push(String(valueBytes));
    }
    expect(values).toEqual(['forty-two']);
  }
});

function occupy(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(port, '127.0.0.1', () => resolve(server));
  });
}
