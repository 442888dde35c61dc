import type { Codec } from '@auditmesh/avro';
import { describe, expect, it } from '@jest/globals';
import type { Topic } from '@auditmesh/events';
import { GlobalTable, isRetriable, RecordProducer } from '@auditmesh/kafka';
import { TestKafka } from '@auditmesh/testing';

interface Numbered {
  n: number;
}

const numbers: Topic<Numbered> = {
  name: 'test.table.v1',
  partitions: 2,
  config: { 'cleanup.policy': 'compact' },
  schema: { type: 'record', name: 'Numbered', namespace: 'test', fields: [{ name: 'n', type: 'long' }] },
};

async function setUp() {
  const kafka = new TestKafka();
  const topics = await kafka.create([numbers]);
  const producer = new RecordProducer(kafka.client, topics);
  await producer.connect();
  return { kafka, producer, codec: topics.get(numbers).codec };
}

describe('GlobalTable', () => {
  it('has what was written before it was asked to catch up, and where each record stood', async () => {
    const { kafka, producer, codec } = await setUp();
    const rows = new Map<string, number>();
    const places: string[] = [];
    const table = new GlobalTable(kafka.client, numbers, codec, (key, value, { partition, offset }) => {
      places.push(`${partition}/${offset}`);
      if (value) rows.set(key, value.n);
      else rows.delete(key);
    });
    await producer.send(numbers, [
      { key: 'a', value: { n: 1 } },
      { key: 'b', value: { n: 2 } },
    ]);
    await table.start();
    expect([...rows].sort()).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    const written = await producer.send(numbers, [
      { key: 'a', value: { n: 3 } },
      { key: 'b', value: null },
    ]);
    await table.catchUp();
    expect([...rows]).toEqual([['a', 3]]);
    expect(places).toEqual(expect.arrayContaining(written.map((w) => `${w.partition}/${w.offset}`)));
    await Promise.all([table.stop(), producer.disconnect()]);
  });

  it('asks to be tried again when it does not get to the end in time, so that no good record is given up', async () => {
    const { kafka, producer, codec } = await setUp();
    const gate = Promise.withResolvers<void>();
    const slow: Codec<Numbered> = Object.assign(Object.create(codec) as Codec<Numbered>, {
      prepare: async (values: readonly (Buffer | null)[]) => {
        await gate.promise;
        await codec.prepare(values);
      },
    });
    const table = new GlobalTable(kafka.client, numbers, slow, () => undefined);
    await table.start();
    await producer.send(numbers, [{ key: 'a', value: { n: 1 } }]);
    const failure = await table.catchUp(50).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(Error);
    expect(isRetriable(failure)).toBe(true);
    gate.resolve();
    await table.catchUp();
    await Promise.all([table.stop(), producer.disconnect()]);
  });
});
