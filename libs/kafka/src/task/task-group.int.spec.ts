import { afterEach, describe, expect, it } from '@jest/globals';
import type { Topic } from '@auditmesh/events';
import { RecordProducer, type OpenTopics, type Batch, type Transaction } from '@auditmesh/kafka';
import { eventually, TestKafka } from '@auditmesh/testing';
import type { ExactlyOnceHandlers } from './exactly-once.js';
import { TaskGroup } from './task-group.js';

type N = { n: number };
const schema = { type: 'record', name: 'Number', namespace: 'test', fields: [{ name: 'n', type: 'long' }] };
const numbers: Topic<N> = { name: 'test.numbers.v1', partitions: 4, config: {}, schema };
const sums: Topic<N> = {
  name: 'test.sums.v1',
  partitions: 4,
  config: { 'cleanup.policy': 'compact' },
  schema,
};
const copies: Topic<N> = { name: 'test.copies.v1', partitions: 4, config: {}, schema };

const running: TaskGroup[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((group) => group.stop()));
});

type Handle = (batch: Batch<N>, tx: Transaction<{ sum: number }>) => Promise<void>;

/** Copies each number and keeps the sum per partition. */
const copy: Handle = async (batch, tx) => {
  for (const { key, value } of batch.records) {
    tx.state.sum += value.n;
    tx.send(copies, { key, value, partition: tx.partition });
  }
  tx.send(sums, { key: `sum ${tx.partition}`, value: { n: tx.state.sum }, partition: tx.partition });
};

async function start(kafka: TestKafka, topics: OpenTopics, handle: Handle): Promise<TaskGroup> {
  const handlers: ExactlyOnceHandlers<{ sum: number }> = {
    batch: new Map([[numbers.name, handle as never]]),
    restore: async (context) => {
      let sum = 0;
      for await (const records of context.changelog(sums)) sum = records.at(-1)?.value?.n ?? sum;
      return { sum };
    },
  };
  const group = new TaskGroup(kafka.newClient(), topics, {
    group: 'copier',
    inputs: [{ topic: numbers, codec: topics.get(numbers).codec, wholeCodec: topics.get(numbers).codec }],
    handlers: { exactlyOnce: handlers as unknown as ExactlyOnceHandlers<never> },
    chunkBytes: 2_000,
    sessionTimeoutMs: 6_000,
  });
  running.push(group);
  await group.start();
  return group;
}

async function setUp() {
  const kafka = new TestKafka();
  const topics = await kafka.create([numbers, sums, copies], ['copier']);
  const producer = new RecordProducer(kafka.client, topics);
  await producer.connect();
  return { kafka, topics, producer };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const records = (values: number[]) => values.map((n) => ({ key: String(n), value: { n }, partition: n % 4 }));

async function expectCopies(kafka: TestKafka, topics: OpenTopics, expected: number[]): Promise<void> {
  await eventually(async () => {
    const copied = (await kafka.readAll(topics, copies)).map((r) => r.value.n);
    expect(copied.length).toBeGreaterThanOrEqual(expected.length);
  });
  const copied = (await kafka.readAll(topics, copies)).map((r) => r.value.n);
  expect(copied.toSorted((a, b) => a - b)).toEqual(expected);
}

describe('a task group with offsets in Kafka', () => {
  it('copies each record once, in order and with its state, while members come and go', async () => {
    const { kafka, topics, producer } = await setUp();
    await producer.send(numbers, records(range(0, 400)));
    const first = await start(kafka, topics, copy);
    const second = await start(kafka, topics, copy);
    await eventually(() => expect(first.assigned.length + second.assigned.length).toBe(4));
    await producer.send(numbers, records(range(400, 800)));
    await first.stop();
    const third = await start(kafka, topics, copy);
    await producer.send(numbers, records(range(800, 1200)));
    await eventually(() => expect(third.assigned.length).toBe(2));
    await second.stop();
    await producer.disconnect();

    await expectCopies(kafka, topics, range(0, 1200));
    const all = await kafka.readAll(topics, sums);
    for (const p of range(0, 4)) {
      const last = all.filter((r) => r.key === `sum ${p}`).at(-1)!.value.n;
      expect(last).toBe(
        range(0, 1200)
          .filter((n) => n % 4 === p)
          .reduce((a, b) => a + b),
      );
    }
  });

  it('puts what does not decode into the dead-letter queue, saying why and from where, and goes on', async () => {
    const { kafka, topics, producer } = await setUp();
    await producer.send(numbers, records([0]));
    await producer.sendEncoded(kafka.client.topicName(numbers), [
      { key: 'bad', value: Buffer.from('no avro'), partition: 0, size: 10, headers: { ce_id: 'x' } },
    ]);
    await producer.send(numbers, records([4]));
    await producer.disconnect();
    await start(kafka, topics, copy);

    await expectCopies(kafka, topics, [0, 4]);
    const [letter] = await kafka.deadLetters('copier');
    expect(letter!.key).toBe('bad');
    expect(letter!.valueBytes!.toString()).toBe('no avro');
    expect(letter!.headers).toMatchObject({
      ce_id: 'x',
      dlq_code: 'MALFORMED_RECORD',
      dlq_reason: expect.stringContaining('magic byte'),
      dlq_group: 'copier',
      dlq_topic: kafka.client.topicName(numbers),
      dlq_partition: '0',
      dlq_offset: '1',
    });
  });

  it('finds the one record that its handler cannot cope with, and keeps the others', async () => {
    const { kafka, topics, producer } = await setUp();
    await producer.send(numbers, records(range(0, 40)));
    await producer.disconnect();
    await start(kafka, topics, async (batch, tx) => {
      if (batch.records.some((r) => r.value.n === 12)) throw new Error('cannot count to twelve');
      await copy(batch, tx);
    });

    await expectCopies(
      kafka,
      topics,
      range(0, 40).filter((n) => n !== 12),
    );
    const letters = await kafka.deadLetters('copier');
    expect(letters.map((l) => [l.key, l.headers.dlq_code])).toEqual([['12', 'HANDLER_FAILED']]);
  });

  it('never gives up a good record while a dependency is down', async () => {
    const { kafka, topics, producer } = await setUp();
    await producer.send(numbers, records(range(0, 8)));
    await producer.disconnect();
    let failures = 0;
    await start(kafka, topics, async (batch, tx) => {
      if (failures < 6) {
        failures++;
        throw Object.assign(new Error('the database is down'), { retriable: true });
      }
      await copy(batch, tx);
    });

    await expectCopies(kafka, topics, range(0, 8));
    expect(await kafka.deadLetters('copier')).toEqual([]);
  });

  it('shows what was sent before a checkpoint, and the rest once', async () => {
    const { kafka, topics, producer } = await setUp();
    await producer.send(numbers, records([0]));
    await producer.disconnect();
    let calls = 0;
    await start(kafka, topics, async (_batch, tx) => {
      const done = tx.state.sum;
      for (const n of range(done, 3_000)) {
        tx.send(copies, { key: String(n), value: { n }, partition: 0 });
        if ((n + 1) % 1_000) continue;
        tx.send(sums, { key: 'done', value: { n: n + 1 }, partition: 0 });
        await tx.checkpoint();
        if (++calls === 2) throw new Error('pulled the plug');
      }
    });

    await expectCopies(kafka, topics, range(0, 3_000));
  });

  it('puts a bad record into the dead-letter queue once, whatever was committed at checkpoints', async () => {
    const { kafka, topics, producer } = await setUp();
    await producer.sendEncoded(kafka.client.topicName(numbers), [
      { key: 'bad', value: Buffer.from('no avro'), partition: 0, size: 10 },
    ]);
    await producer.send(numbers, records([0]));
    await producer.disconnect();
    let calls = 0;
    await start(kafka, topics, async (batch, tx) => {
      await tx.checkpoint();
      if (++calls === 1) throw Object.assign(new Error('pulled the plug'), { retriable: true });
      await copy(batch, tx);
    });

    await expectCopies(kafka, topics, [0]);
    expect((await kafka.deadLetters('copier')).map(({ key }) => key)).toEqual(['bad']);
  });
});
