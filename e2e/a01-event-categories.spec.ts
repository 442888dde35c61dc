import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { categories, topics } from '@auditmesh/events';
import { eventually, sampleEvent } from '@auditmesh/testing';
import { actor } from './support/actor.js';
import { report } from './support/enforcement-report.js';
import { approval, policyFile } from './support/policy-file.js';
import { lineOf, PolicyProject } from './support/policy-project.js';
import { TestMesh } from './support/test-mesh.js';

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await TestMesh.start({
    ENFORCEMENT_BUCKET_MS: '1000',
    ENFORCEMENT_GRACE_MS: '0',
    WINDOW_IDLE_MS: '500',
  });
  await mesh.directory({
    namespaces: [{ id: 1, path: 'acme' }],
    projects: [
      { id: 42, path: 'acme/security-policies', namespace: 1 },
      { id: 70, path: 'acme/ledger', namespace: 1 },
    ],
    policy_links: [{ policy_project: 42, namespace: 1 }],
  });
});

afterAll(async () => {
  await mesh?.stop();
});

/** What a category has, in short, when it has so much. */
const found = (query: string, count: number) =>
  eventually(async () => {
    const events = await mesh.events(query);
    expect(events).toHaveLength(count);
    return events.map(lineOf).toSorted();
  });

const violation = sampleEvent(1, {
  occurred_at: Date.now() * 1000,
  type: 'security_policy_violations_detected',
  category: 'violation_detection',
  target: { type: 'merge_request', id: '8', name: 'Round amounts' },
  message: 'The merge request "Round amounts" violates security policies',
  attributes: JSON.stringify({ violated_policies: ['Two eyes'] }),
});

describe('an event belongs to a category', () => {
  it('that is policy change for policies, policy files and policy projects', async () => {
    const policies = new PolicyProject(mesh, 42);
    await policies.push(policyFile(approval('Two eyes')));
    await policies.push('approval_policy: none');
    expect(await found('category=policy_change', 3)).toEqual([
      'create Two eyes',
      'policy_project_updated acme/security-policies',
      'yaml_invalidated acme/security-policies',
    ]);
  });

  it('that is enforcement failure for a pipeline that failed and for somebody who got around a policy', async () => {
    await mesh.produce(topics.policyEnforcements, '42', [
      { id: 'failed', value: report('pipeline_failed', 'Scans', { reason: 'no runner', pipeline_id: 5 }) },
      {
        id: 'bypassed',
        value: report('bypassed', 'Scans', { bypass_type: 'user', actor: actor({ id: '17' }) }),
      },
    ]);
    expect(await found('category=enforcement_failure', 2)).toEqual([
      'pipeline_failed Scans',
      'user_push_bypass Scans',
    ]);
  });

  it('that is violation detection for violations told on Kafka and over HTTP', async () => {
    await mesh.produce(topics.auditEvents, '1.0', [{ id: violation.cause.id, value: violation }]);
    const { type, actor: by, scope, message } = violation;
    const event = { type, actor: { type: by.type, id: by.id }, scope: { type: scope.type, id: scope.id } };
    const answer = await mesh.call(
      'POST',
      '/api/v1/audit-events?wait=projected',
      { ...event, message, target: { type: 'merge_request', id: '9', name: 'Round down' } },
      { 'idempotency-key': 'violation-9' },
    );
    expect(answer.status).toBe(202);
    expect(await found('category=violation_detection', 2)).toEqual([
      'violations_detected Round amounts',
      'violations_detected Round down',
    ]);
  });

  it('and to no other, and several can be asked for at once', async () => {
    const all = await mesh.events('category=policy_change,enforcement_failure,violation_detection');
    expect(all).toHaveLength(7);
    const each = await Promise.all(categories.map((category) => mesh.events(`category=${category}`)));
    expect(
      each
        .flat()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(all.map(({ id }) => id).toSorted());
    for (const [i, category] of categories.entries())
      for (const event of each[i]!) expect(event.category).toBe(category);
  });

  it('of which there is a list, which a wrong name is answered with', async () => {
    const { status, body } = await mesh.call('GET', '/api/v1/audit-events?category=policy_changes');
    expect(status).toBe(400);
    for (const category of categories) expect(JSON.stringify(body)).toContain(category);
  });
});
