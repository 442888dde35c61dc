import { afterEach, describe, expect, it } from '@jest/globals';
import type { Topic } from '@auditmesh/events';
import { RecordProducer, type Batch, type Transaction } from '@auditmesh/kafka';
import { eventually, TestKafka } from '@auditmesh/testing';
import { TaskGroup } from '../task/task-group.js';
import { replayDeadLetters, waitingDeadLetters } from './replay.js';

const numbers: Topic<{ n: number }> = {
  name: 'test.numbers.v1',
  partitions: 2,
  config: {},
  schema: { type: 'record', name: 'Number', namespace: 'test', fields: [{ name: 'n', type: 'long' }] },
};

let group: TaskGroup | undefined;
afterEach(async () => {
  await group?.stop();
});

describe('replayDeadLetters', () => {
  it('puts each letter back once, as it came, and tells what became of it', async () => {
    const kafka = new TestKafka();
    const topics = await kafka.create([numbers], ['reader']);
    const bad = new Set([1, 2]);
    const seen: { n: number; headers: object; partition: number }[] = [];
    const handle = async (batch: Batch<{ n: number }>, tx: Transaction) => {
      for (const record of batch.records) {
        const { n } = record.value;
        if (bad.has(n)) tx.deadLetter(record, 'INVALID_RECORD', `cannot take ${n}`);
        else seen.push({ n, headers: record.headers, partition: batch.partition });
      }
    };
    const { codec } = topics.get(numbers);
    group = new TaskGroup(kafka.newClient(), topics, {
      group: 'reader',
      inputs: [{ topic: numbers, codec, wholeCodec: codec }],
      handlers: { exactlyOnce: { batch: new Map([[numbers.name, handle as never]]) } },
    });
    await group.start();
    const producer = new RecordProducer(kafka.client, topics);
    await producer.connect();
    await producer.send(
      numbers,
      [0, 1, 2, 3].map((n) => ({
        key: String(n),
        value: { n },
        partition: n % 2,
        headers: { ce_id: `id ${n}` },
      })),
    );
    await eventually(async () => expect(await waitingDeadLetters(kafka.client, 'reader')).toHaveLength(2));

    bad.delete(1);
    const results = await replayDeadLetters(kafka.client, 'reader', 20_000);
    expect(results.map((r) => [r.record.key, r.outcome]).toSorted()).toEqual([
      ['1', { kind: 'handled' }],
      ['2', { kind: 'rejected', reason: 'cannot take 2' }],
    ]);
    expect(seen.find(({ n }) => n === 1)).toEqual({ n: 1, headers: { ce_id: 'id 1' }, partition: 1 });

    bad.clear();
    const letter = { dlq_code: 'MALFORMED_RECORD', dlq_reason: 'no JSON', dlq_source: 'device/main' };
    await producer.sendEncoded(kafka.client.name('reader.dlq'), [
      { key: 'main', value: Buffer.from('{}'), headers: letter, partition: 0, size: 100 },
    ]);
    expect(
      (await replayDeadLetters(kafka.client, 'reader', 20_000)).map((r) => [r.record.key, r.outcome.kind]),
    ).toEqual([
      ['2', 'handled'],
      ['main', 'no_record'],
    ]);
    expect(await replayDeadLetters(kafka.client, 'reader', 20_000)).toEqual([]);
    await producer.disconnect();
    expect(seen.map(({ n }) => n).toSorted()).toEqual([0, 1, 2, 3]);
  });
});
