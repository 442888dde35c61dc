import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { topics, type PolicyFilePushed } from '@auditmesh/events';
import { RecordProducer, type Headers, type OpenTopics } from '@auditmesh/kafka';
import { TestKafka } from '@auditmesh/testing';
import { HeldBackPushes } from './held-back-pushes.js';
import { pushTopics } from './policy-pushes.js';

const at = 1_795_000_000_000_000;
const ann = { name: 'Ann Lee', email: 'ann@example.com', at };

let kafka: TestKafka;
let open: OpenTopics;
let producer: RecordProducer;
let pushes: HeldBackPushes;

beforeEach(async () => {
  kafka = new TestKafka();
  open = await kafka.create(pushTopics);
  producer = new RecordProducer(kafka.client, open);
  await producer.connect();
});

afterEach(async () => {
  await producer.disconnect();
  await pushes.close();
});

const cause: Headers = { ce_source: 'test', ce_id: 'c', traceparent: '00-1-2-01' };

const push = (policy_project_id: number, push_id: string, headers = cause, content = push_id) =>
  producer.send(topics.policyPushes, [
    {
      key: String(policy_project_id),
      value: {
        push_id,
        policy_project_id,
        file_path: 'policy.yml',
        content,
        commit_sha: 'a'.repeat(40),
        author: ann,
        committer: ann,
        pusher: null,
        occurred_at: at,
        imported: false,
        author_account: null,
        merge_request: null,
        commits: [],
      } satisfies PolicyFilePushed,
      headers,
    },
  ]);

const state = (policy_project_id: number, push_id: string, skipped: boolean) =>
  producer.send(topics.policyStates, [
    {
      key: `${policy_project_id}/push/${push_id}`,
      value: {
        policy_project_id,
        file: null,
        fanout: null,
        skipped: null,
        push: { push_id, events: 1, skipped },
      },
    },
  ]);

async function heldBack(policyProjectId?: number): Promise<string[]> {
  pushes = new HeldBackPushes(kafka.client, open, policyProjectId);
  await pushes.start();
  return pushes
    .list()
    .map((p) => `${p.policyProjectId} ${p.pushId}`)
    .toSorted();
}

async function sendAllAgain(): Promise<void> {
  for await (const { record } of pushes.records(pushes.list())) await pushes.sendAgain(record);
}

describe('pushes that were held back', () => {
  it('are those whose newest state says so, of one policy project or of all', async () => {
    await state(42, 'a', true);
    await state(42, 'b', true);
    await state(42, 'b', false);
    await state(42, 'c', false);
    await state(43, 'a', true);
    expect(await heldBack()).toEqual(['42 a', '43 a']);
    await pushes.close();
    expect(await heldBack(43)).toEqual(['43 a']);
  });

  it('are written again once each, in their order, to the same partition, as they came', async () => {
    await push(42, 'c', { ce_source: 'test', ce_id: '' }, 'rejected for want of its cause');
    for (const id of ['c', 'a', 'emitted', 'b', 'a']) await push(42, id);
    await push(43, 'a');
    for (const id of ['a', 'b', 'c', 'expired']) await state(42, id, true);
    await state(42, 'emitted', false);
    const before = await kafka.readAll(open, topics.policyPushes);
    expect(await heldBack()).toHaveLength(4);
    await sendAllAgain();
    const all = await kafka.readAll(open, topics.policyPushes);
    const again = all.filter(({ key }) => key === '42').slice(6);
    expect(all).toHaveLength(before.length + 3);
    expect(again.map(({ value, headers }) => [value.content, headers])).toEqual([
      ['c', cause],
      ['a', cause],
      ['b', cause],
    ]);
    expect(again[1]!.valueBytes).toEqual(before.find(({ value }) => value.push_id === 'a')!.valueBytes);
  });
});
