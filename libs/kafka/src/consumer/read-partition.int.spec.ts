import { describe, expect, it } from '@jest/globals';
import type { Topic } from '@auditmesh/events';
import { RecordProducer } from '@auditmesh/kafka';
import { TestKafka } from '@auditmesh/testing';
import kafkajs from 'kafkajs';
import { readPartition } from './read-partition.js';

const numbers: Topic<{ n: number }> = {
  name: 'test.numbers.v1',
  partitions: 1,
  config: {},
  schema: { type: 'record', name: 'Number', namespace: 'test', fields: [{ name: 'n', type: 'long' }] },
};

async function read(kafka: TestKafka, until?: number): Promise<string[]> {
  const keys: string[] = [];
  for await (const records of readPartition(kafka.client, kafka.client.topicName(numbers), 0, until)) {
    keys.push(...records.map((r) => r.key));
  }
  return keys;
}

const message = (key: string) => [{ key, value: 'x', partition: 0 }];

describe('readPartition', () => {
  it('reads every record with its headers, through gzip and bare', async () => {
    const kafka = new TestKafka();
    const topics = await kafka.create([numbers]);
    const producer = new RecordProducer(kafka.client, topics);
    await producer.connect();
    const written = await producer.send(numbers, [
      { key: 'a', value: { n: 1 }, headers: { ce_id: '1', ce_source: 'ü' } },
      { key: 'b', value: { n: 2 } },
    ]);
    await producer.disconnect();
    expect(written.map((w) => w.offset)).toEqual([0, 1]);
    const records = await kafka.readAll(topics, numbers);
    expect(records.map((r) => r.value.n)).toEqual([1, 2]);
    expect(records[0]!.headers).toEqual({ ce_id: '1', ce_source: 'ü' });

    const plain = kafka.client.producer({});
    await plain.connect();
    const topic = kafka.client.topicName(numbers);
    await plain.send({ topic, compression: kafkajs.CompressionTypes.GZIP, messages: message('c') });
    await plain.disconnect();

    expect(await read(kafka)).toEqual(['a', 'b', 'c']);
    expect(await read(kafka, 2)).toEqual(['a', 'b']);
  });

  it('leaves out every aborted transaction, also of several that are open at once, and ends behind the control records', async () => {
    const kafka = new TestKafka();
    await kafka.create([numbers]);
    const topic = kafka.client.topicName(numbers);
    const producers = ['one', 'two', 'three'].map((id) =>
      kafka.client.producer({
        transactionalId: kafka.client.name(id),
        idempotent: true,
        maxInFlightRequests: 1,
      }),
    );
    await Promise.all(producers.map((p) => p.connect()));
    const [one, two, three] = await Promise.all(producers.map((p) => p.transaction()));
    await one!.send({ topic, messages: message('aborted 1') });
    await two!.send({ topic, messages: message('aborted 2') });
    await three!.send({ topic, messages: message('committed') });
    await one!.send({ topic, messages: message('aborted 1 again') });
    await two!.abort();
    await one!.abort();
    await three!.commit();
    await Promise.all(producers.map((p) => p.disconnect()));

    expect(await read(kafka)).toEqual(['committed']);
  });

  it('is not deceived by a record whose key looks like an abort marker', async () => {
    const kafka = new TestKafka();
    await kafka.create([numbers]);
    const topic = kafka.client.topicName(numbers);
    const producer = kafka.client.producer({
      transactionalId: kafka.client.name('one'),
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ key: Buffer.alloc(4), value: 'x', partition: 0 }] });
    await transaction.send({ topic, messages: message('aborted') });
    await transaction.abort();
    await producer.disconnect();

    expect(await read(kafka)).toEqual([]);
  });
});
