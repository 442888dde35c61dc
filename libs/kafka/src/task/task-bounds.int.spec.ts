import { afterEach, describe, expect, it } from '@jest/globals';
import type { Topic } from '@auditmesh/events';
import { pause, RecordProducer, type Batch, type OpenTopics } from '@auditmesh/kafka';
import { eventually, TestKafka } from '@auditmesh/testing';
import type { GroupHandlers } from './task-group.js';
import { TaskGroup } from './task-group.js';

type Text = { text: string };
const texts: Topic<Text> = {
  name: 'test.texts.v1',
  partitions: 1,
  config: {},
  schema: { type: 'record', name: 'Text', namespace: 'test', fields: [{ name: 'text', type: 'string' }] },
};

const running: TaskGroup[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((group) => group.stop()));
});

async function start(
  kafka: TestKafka,
  topics: OpenTopics,
  handlers: GroupHandlers,
  assigned: number[][] = [],
): Promise<void> {
  const { codec } = topics.get(texts);
  const group = new TaskGroup(kafka.newClient(), topics, {
    group: 'reader',
    inputs: [{ topic: texts, codec, wholeCodec: codec }],
    handlers,
    sessionTimeoutMs: 6_000,
    inboxBytes: 2 * 1024 * 1024,
    events: {
      handled() {},
      lag() {},
      deadLetter() {},
      restarted() {},
      expired() {},
      assigned: (partitions) => assigned.push(partitions),
    },
  });
  running.push(group);
  await group.start();
}

async function produce(kafka: TestKafka, topics: OpenTopics, count: number, size: number): Promise<void> {
  const producer = new RecordProducer(kafka.client, topics);
  await producer.connect();
  const text = 'x'.repeat(size);
  for (let sent = 0; sent < count; sent += 500) {
    await producer.send(
      texts,
      Array.from({ length: Math.min(500, count - sent) }, () => ({ key: 'k', value: { text } })),
    );
  }
  await producer.disconnect();
}

describe('a task', () => {
  it('keeps its partition while its handler takes longer than the session timeout', async () => {
    const kafka = new TestKafka();
    const topics = await kafka.create([texts], ['reader']);
    await produce(kafka, topics, 1, 10);
    const assigned: number[][] = [];
    let calls = 0;
    let done = false;
    const handle = async () => {
      calls++;
      await pause(9_000);
      done = true;
    };
    await start(
      kafka,
      topics,
      { exactlyOnce: { batch: new Map([[texts.name, handle as never]]) } },
      assigned,
    );
    await eventually(() => expect(done).toBe(true), 30_000);
    expect(calls).toBe(1);
    expect(assigned).toEqual([[0]]);
  });

  it('stops fetching while the store does not take what it has, and goes on when it does', async () => {
    const kafka = new TestKafka();
    const topics = await kafka.create([texts], ['reader']);
    const count = 20_000;
    await produce(kafka, topics, count, 4_000);
    let open = false;
    let handled = 0;
    const external = {
      positions: async () => new Map(),
      batch: new Map([
        [
          texts.name,
          async (batch: Batch<Text>) => async () => {
            while (!open) await pause(20);
            handled += batch.records.length;
          },
        ],
      ]),
    };
    const before = process.memoryUsage().arrayBuffers;
    await start(kafka, topics, { external: external as never });
    // 80 MB wait in the topic; what may be here is two batches, the inbox and one response.
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers - before)), 50);
    await pause(3_000);
    clearInterval(watch);
    expect(handled).toBe(0);
    expect(most).toBeLessThan(40 * 1024 * 1024);
    open = true;
    await eventually(() => expect(handled).toBe(count), 30_000);
  });
});
