import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { topics } from '@auditmesh/events';
import type { OpenTopics } from '@auditmesh/kafka';
import { TestKafka } from '@auditmesh/testing';
import { DomainEvents, type PolicyPush } from './domain-events.js';

let kafka: TestKafka;
let open: OpenTopics;
let emit: DomainEvents;

beforeEach(async () => {
  kafka = new TestKafka();
  open = await kafka.create([topics.policyPushes, topics.policyEnforcements]);
  emit = await DomainEvents.open({
    name: 'platform',
    kafka: { brokers: kafka.brokers, prefix: kafka.prefix },
    schemaRegistryUrl: kafka.environment.SCHEMA_REGISTRY_URL!,
  });
});

afterEach(() => emit.close());

const at = Date.UTC(2026, 10, 21) * 1_000;
const ann = { name: 'Ann Lee', email: 'ann@example.com', at };
const push: PolicyPush = {
  push_id: '17',
  policy_project_id: 42,
  content: 'approval_policy: []',
  commit_sha: 'c0ffee',
  author: ann,
  committer: ann,
  occurred_at: at,
};

describe('an event of the platform', () => {
  test('is on its topic with its cause, and what was left out as the schema has it', async () => {
    await emit.policyPush({ source: 'gitlab.example.com', id: 'push/17' }, push);
    const [record, ...others] = await kafka.readAll(open, topics.policyPushes);
    expect(others).toEqual([]);
    expect(record!.key).toBe('42');
    expect(record!.headers).toMatchObject({
      ce_source: 'gitlab.example.com',
      ce_id: 'push/17',
      ce_type: 'auditmesh.policy.PolicyFilePushed',
      ce_time: '2026-11-21T00:00:00.000000Z',
    });
    expect(record!.value).toMatchObject({ ...push, imported: false, commits: [], pusher: null });
  });

  test('may tell of a policy that was not enforced', async () => {
    const report = {
      policy_project_id: 42,
      kind: 'pipeline_failed',
      policies: [{ type: 'scan_execution_policy', name: 'Nightly' }],
      project_id: 7,
      occurred_at: at,
      actor: { type: 'user', id: '7' },
    };
    await emit.policyEnforcement({ source: 'gitlab.example.com', id: 'pipeline/9' }, report);
    const [record] = await kafka.readAll(open, topics.policyEnforcements);
    expect(record!.value).toMatchObject(report);
  });

  test('is refused without a cause, or if it does not fit its schema', async () => {
    await expect(emit.policyPush({ source: 'gitlab.example.com', id: '' }, push)).rejects.toThrow('cause');
    const wrong = { ...push, commit_sha: 7 } as unknown as PolicyPush;
    await expect(emit.policyPush({ source: 'gitlab.example.com', id: '1' }, wrong)).rejects.toThrow(
      'does not fit its schema',
    );
    expect(await kafka.readAll(open, topics.policyPushes)).toEqual([]);
  });
});
