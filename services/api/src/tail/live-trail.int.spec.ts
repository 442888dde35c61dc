import { connect, type Socket } from 'node:net';
import { expect, it } from '@jest/globals';
import { Catalog, topics } from '@auditmesh/events';
import { KafkaClient } from '@auditmesh/kafka';
import { createLog } from '@auditmesh/runtime';
import { eventually, TestKafka } from '@auditmesh/testing';
import { LiveTrail } from './live-trail.js';

it('the trail that is closed while it is being opened leaves no connection', async () => {
  const kafka = new TestKafka();
  await kafka.create([topics.auditEvents]);
  const open = new Set<Socket>();
  const client = new KafkaClient({
    brokers: kafka.brokers,
    clientId: 'test',
    prefix: kafka.prefix,
    socketFactory: ({ host, port, onConnect }) => {
      const socket = connect({ host, port }, onConnect);
      open.add(socket);
      return socket.once('close', () => open.delete(socket));
    },
  });
  const trail = new LiveTrail(client, kafka.registry, new Catalog(), createLog('test', 'silent'));
  const opening = trail.open();
  await trail.onModuleDestroy();
  await opening;
  await eventually(() => expect(open.size).toBe(0), 3_000);
});
