import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@auditmesh/events';
import { RecordProducer, type OpenTopics } from '@auditmesh/kafka';
import { createLog } from '@auditmesh/runtime';
import { eventually, sampleEvent, TestKafka, TestPostgres } from '@auditmesh/testing';
import type { DataSource } from 'typeorm';
import { apiDataSource } from './data-source.js';
import { migrate } from './migrate.js';
import { OwnEvents } from './own-events.js';

const log = createLog('test', 'silent');
let postgres: TestPostgres;
let kafka: TestKafka;
let open: OpenTopics;
let source: DataSource;
let producer: RecordProducer;

beforeAll(async () => {
  kafka = new TestKafka();
  postgres = await TestPostgres.create();
  open = await kafka.create([topics.auditEvents]);
  await migrate(postgres.url);
  source = await apiDataSource(postgres.url, 'public').initialize();
  producer = new RecordProducer(kafka.client, open);
  await producer.connect();
});

afterAll(async () => {
  await producer?.disconnect();
  await source?.destroy();
  await postgres?.drop();
});

const build = (n: number) => () => ({ log: '1.0', event: sampleEvent(n) });
const written = async () => (await kafka.readAll(open, topics.auditEvents)).map(({ value }) => value.id);

describe('events of the api itself', () => {
  it('are written once per cause, from however many instances', async () => {
    const instances = [1, 2, 3].map(() => new OwnEvents(source, producer, log));
    await Promise.all(instances.map((own, n) => own.record('cause 1', build(n))));
    await instances[0]!.record('cause 2', build(9));
    await eventually(async () => expect(await written()).toContain(sampleEvent(9).id));
    expect(await written()).toHaveLength(2);
  });

  it('are durable while Kafka is down, and written by whichever instance comes after', async () => {
    const down = { send: () => Promise.reject(new Error('no broker')) } as unknown as RecordProducer;
    const before = new OwnEvents(source, down, log);
    await before.record('cause 3', build(20));
    await before.onModuleDestroy();
    expect(await written()).not.toContain(sampleEvent(20).id);
    const after = new OwnEvents(source, producer, log);
    after.onApplicationBootstrap();
    await eventually(async () => expect(await written()).toContain(sampleEvent(20).id));
    await after.onModuleDestroy();
  });

  it('refuse what causes them when they cannot be kept', async () => {
    const gone = await apiDataSource(postgres.url, 'public').initialize();
    const own = new OwnEvents(gone, producer, log);
    await gone.destroy();
    await expect(own.record('cause 4', build(30))).rejects.toThrow();
  });
});
