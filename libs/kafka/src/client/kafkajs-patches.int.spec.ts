import { describe, expect, it } from '@jest/globals';
import { eventually, TestKafka } from '@auditmesh/testing';
import { TransactionalProducer } from '../producer/transactional-producer.js';

/** Each of these fails with kafkajs as it is published; see ADR 0002. */
describe('transactions with kafkajs, patched,', () => {
  it('follow each other without a pause of 300 ms, also when they carry offsets alone', async () => {
    const kafka = new TestKafka();
    const topic = kafka.client.name('in');
    await kafka.create([
      { name: 'in', partitions: 1, config: {}, schema: { type: 'record', name: 'R', fields: [] } },
    ]);
    const commit = (producer: TransactionalProducer, offset: number) =>
      producer.commit(kafka.client.name('group'), [{ topic, partition: 0, offset, metadata: '' }]);
    await eventually(async () => {
      const first = new TransactionalProducer(kafka.client, kafka.client.name('first'));
      await first.fence();
      await commit(first, 0).finally(() => first.discard()); // the group has a coordinator only after a while
    });
    const producer = new TransactionalProducer(kafka.client, kafka.client.name('id'));
    await producer.fence();
    const started = performance.now();
    for (let offset = 1; offset <= 40; offset++) {
      await commit(producer, offset);
    }
    const perTransaction = (performance.now() - started) / 40;
    await producer.discard();
    expect(perTransaction).toBeLessThan(150);
  });

  it('of a fenced producer fail, and leave nothing', async () => {
    const kafka = new TestKafka();
    const topic = kafka.client.name('out');
    await kafka.create([
      { name: 'out', partitions: 1, config: {}, schema: { type: 'record', name: 'R', fields: [] } },
    ]);
    const record = [{ key: 'k', value: Buffer.from('zombie'), partition: 0, size: 10 }];
    const zombie = new TransactionalProducer(kafka.client, kafka.client.name('id'));
    await zombie.fence();
    await zombie.send(topic, record);
    const heir = new TransactionalProducer(kafka.client, kafka.client.name('id'));
    await heir.fence();
    await expect(zombie.commit(kafka.client.name('group'), [])).rejects.toThrow(/epoch|fenced/i);
    await heir.send(topic, [{ ...record[0]!, value: Buffer.from('heir') }]);
    await heir.commit(kafka.client.name('group'), []);
    await Promise.all([zombie.discard(), heir.discard()]);
    expect((await kafka.readRaw(topic)).map((r) => r.valueBytes!.toString())).toEqual(['heir']);
  });
});
