import { describe, expect, it } from '@jest/globals';
import { topics } from '@auditmesh/events';
import { isRetriable, KafkaClient, RecordProducer } from '@auditmesh/kafka';
import { TestKafka } from '@auditmesh/testing';
import { AccessQueue } from './access-queue.js';
import { reportedAccess } from './record-of-access.js';

const access = {
  occurred_at: '2026-11-20T10:00:00Z',
  action: 'read',
  actor: { type: 'user' },
  secret_id: 'kv/x',
};
const accesses = (count: number) =>
  Array.from({ length: count }, (_, i) => reportedAccess(access, 1_795_000_000_000_000, 'portal', `k/${i}`));

describe('the queue of reported accesses', () => {
  it('says so when Kafka does not take them in time, and takes no more than it can hold meanwhile', async () => {
    const kafka = new TestKafka();
    const open = await kafka.create([topics.secretAccesses]);
    const away = new KafkaClient({ brokers: ['127.0.0.1:1'], clientId: 'test', prefix: kafka.prefix });
    const queue = new AccessQueue(new RecordProducer(away, open));
    const first = queue.write(accesses(19_990));
    first.catch(() => undefined);
    await expect(queue.write(accesses(11))).rejects.toMatchObject({ status: 503 });
    const error = await first.catch((reason: Error & { status?: number }) => reason);
    expect(isRetriable(error) || (error as { status?: number }).status === 503).toBe(true);
    await queue.onApplicationShutdown();
  }, 30_000);
});
