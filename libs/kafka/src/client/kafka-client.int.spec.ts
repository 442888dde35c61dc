import { connect, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Topic } from '@auditmesh/events';
import { eventually, TestKafka } from '@auditmesh/testing';
import { RecordProducer } from '../producer/record-producer.js';
import type { OpenTopics } from '../topics.js';
import { KafkaClient } from './kafka-client.js';

type N = { n: number };
const numbers: Topic<N> = {
  name: 'test.numbers.v1',
  partitions: 1,
  config: {},
  schema: { type: 'record', name: 'Number', namespace: 'test', fields: [{ name: 'n', type: 'long' }] },
};

let kafka: TestKafka;
let topics: OpenTopics;
let client: KafkaClient;
let name: string;
const open = new Set<Socket>();

beforeAll(async () => {
  kafka = new TestKafka();
  topics = await kafka.create([numbers]);
  name = topics.get(numbers).name;
  client = new KafkaClient({
    brokers: kafka.brokers,
    clientId: 'test',
    prefix: kafka.prefix,
    socketFactory: ({ host, port, onConnect }) => {
      const socket = connect({ host, port }, onConnect);
      open.add(socket);
      return socket.once('close', () => open.delete(socket));
    },
  });
});

afterEach(() => {
  for (const socket of open) socket.destroy();
});

/** Whatever became of what was under way. */
const settled = async (work: Promise<unknown>) => void (await Promise.allSettled([work]));
const nothingIsOpen = () => eventually(() => expect(open.size).toBe(0), 3_000);

/** A connection that nobody knows any more stays until the broker ends it, and holds up the end of the process. */
describe('after a disconnect there is no connection left, and none comes', () => {
  it('of a producer that was sending', async () => {
    const producer = client.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const sending = producer.send({ topic: name, acks: -1, messages: [{ partition: 0, value: 'one' }] });
    await producer.disconnect();
    await settled(sending);
    await nothingIsOpen();
  });

  it('of a producer that was connecting', async () => {
    const producer = client.producer({ idempotent: true });
    const connecting = producer.connect();
    await producer.disconnect();
    await settled(connecting);
    await nothingIsOpen();
  });

  it('of a cluster that was, or is still being, asked', async () => {
    const cluster = client.cluster();
    await cluster.connect();
    const asking = cluster.findGroupCoordinator({ groupId: 'some' });
    await cluster.disconnect();
    await settled(asking);
    await settled(cluster.refreshMetadata());
    await nothingIsOpen();
  });

  it('of an admin that was working', async () => {
    const admin = client.admin();
    await admin.connect();
    const listing = admin.listTopics();
    await admin.disconnect();
    await settled(listing);
    await nothingIsOpen();
  });

  it('of a producer of records that was sending, and has more to send', async () => {
    const producer = new RecordProducer(client, topics);
    await producer.connect();
    const sending = [1, 2, 3].map((n) => producer.send(numbers, [{ key: 'k', value: { n } }]));
    await producer.disconnect();
    await settled(Promise.allSettled(sending));
    await expect(producer.send(numbers, [{ key: 'k', value: { n: 4 } }])).rejects.toThrow();
    await nothingIsOpen();
  });
});
