import { expect, it } from '@jest/globals';
import type { Topic } from '@auditmesh/events';
import { KafkaClient } from '@auditmesh/kafka';
import { LateRelay, TestKafka } from '@auditmesh/testing';
import { GroupOffsets } from './group-offsets.js';

const numbers: Topic<unknown> = {
  name: 'test.numbers.v1',
  partitions: 2,
  config: {},
  schema: { type: 'record', name: 'Number', namespace: 'test', fields: [{ name: 'n', type: 'long' }] },
};

it('who watches groups does so as soon as Kafka is there, whether or not it was when first asked', async () => {
  const kafka = new TestKafka();
  const topics = await kafka.create([numbers]);
  const relay = await LateRelay.to(`http://${kafka.brokers[0]}`);
  const groups = new GroupOffsets(new KafkaClient({ brokers: [relay.address], clientId: 'test' }));
  await expect(groups.ends(topics.get(numbers))).rejects.toThrow(/ECONNREFUSED/);
  await relay.open();
  expect(await groups.ends(topics.get(numbers))).toEqual([0, 0]);
  await groups.disconnect();
  relay.close();
});
