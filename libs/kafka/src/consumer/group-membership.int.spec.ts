import { expect, it } from '@jest/globals';
import type { Topic } from '@auditmesh/events';
import { eventually, TestKafka } from '@auditmesh/testing';
import { silent } from '../client/logging.js';
import { GroupMembership } from './group-membership.js';

const numbers: Topic<unknown> = {
  name: 'test.numbers.v1',
  partitions: 2,
  config: {},
  schema: { type: 'record', name: 'Number', namespace: 'test', fields: [{ name: 'n', type: 'long' }] },
};

/** Notes what it is assigned; finishes what is under way when it is let. */
class Member {
  readonly assigned: number[][] = [];
  finish: () => void = () => undefined;
  isAskedToFinish = false;
  private readonly finished = new Promise<void>((resolve) => (this.finish = resolve));

  async suspend(): Promise<void> {
    if (!this.assigned.length) return;
    this.isAskedToFinish = true;
    await this.finished;
  }

  async assign(partitions: number[]): Promise<void> {
    this.assigned.push(partitions);
  }
}

it('a member that was stopped while the others were waited for is assigned nothing afterwards', async () => {
  const kafka = new TestKafka();
  await kafka.create([numbers]);
  const options = {
    groupId: kafka.client.name('some'),
    topics: new Map([[kafka.client.topicName(numbers), 2]]),
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 60_000,
  };
  const join = async (member: Member) => {
    const cluster = kafka.client.cluster();
    await cluster.connect();
    const membership = new GroupMembership(cluster, options, member, silent);
    membership.start();
    return { membership, cluster };
  };
  const first = new Member();
  const one = await join(first);
  await eventually(() => expect(first.assigned).toEqual([[0, 1]]));
  const second = new Member();
  const two = await join(second);
  await eventually(() => expect(first.isAskedToFinish).toBe(true));
  await two.membership.stop();
  first.finish();
  await eventually(() => expect(first.assigned.length).toBeGreaterThan(1));
  await two.cluster.disconnect();
  expect(second.assigned).toEqual([]);
  await one.membership.stop();
  await one.cluster.disconnect();
}, 60_000);
