import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { Topic } from '@auditmesh/events';
import { KafkaClient } from '@auditmesh/kafka';
import { TestKafka } from '@auditmesh/testing';
import { RecordProducer } from './record-producer.js';

type N = { n: number };
const numbers: Topic<N> = {
  name: 'test.numbers.v1',
  partitions: 1,
  config: {},
  schema: { type: 'record', name: 'Number', namespace: 'test', fields: [{ name: 'n', type: 'long' }] },
};

/** Connections that are closed when an answer comes, while answers are being lost: what was asked for is done. */
class LosingAnswers {
  losing = false;

  readonly factory = ({ host, port, onConnect }: { host: string; port: number; onConnect: () => void }) => {
    const socket = connect({ host, port }, onConnect);
    const emit = socket.emit.bind(socket) as (event: string, ...args: unknown[]) => boolean;
    socket.emit = (event: string, ...args: unknown[]) => {
      if (event !== 'data' || !this.losing) return emit(event, ...args);
      socket.destroy(new Error('read ECONNRESET'));
      return true;
    };
    return socket;
  };
}

describe('a producer of records', () => {
  it('writes the next record although it does not know whether the one before was written', async () => {
    const kafka = new TestKafka();
    const topics = await kafka.create([numbers]);
    const answers = new LosingAnswers();
    const client = new KafkaClient({
      brokers: kafka.brokers,
      clientId: 'test',
      prefix: kafka.prefix,
      socketFactory: answers.factory,
    });
    const producer = new RecordProducer(client, topics);
    await producer.connect();
    const send = (n: number) => producer.send(numbers, [{ key: String(n), value: { n }, partition: 0 }]);
    await send(1);
    answers.losing = true;
    await expect(send(2)).rejects.toThrow();
    answers.losing = false;
    const [written] = await send(3);
    await producer.disconnect();

    const all = await kafka.readAll(topics, numbers);
    expect(all.map(({ value }) => value.n)).toEqual([1, 2, 3]);
    expect(written!.offset).toBe(all[2]!.offset);
  });
});
