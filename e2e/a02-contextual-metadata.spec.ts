import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { topics } from '@auditmesh/events';
import { sampleEvent } from '@auditmesh/testing';
import { approval, approvals, policyFile } from './support/policy-file.js';
import { PolicyProject } from './support/policy-project.js';
import { TestMesh } from './support/test-mesh.js';

let mesh: TestMesh;
let policies: PolicyProject;

beforeAll(async () => {
  mesh = await TestMesh.start();
  await mesh.directory({
    namespaces: [
      { id: 1, path: 'acme' },
      { id: 2, path: 'acme/payments', parent: 1 },
    ],
    projects: [
      { id: 42, path: 'acme/security-policies', namespace: 1 },
      { id: 70, path: 'acme/payments/ledger', namespace: 2 },
      { id: 71, path: 'acme/payments/gateway', namespace: 2 },
    ],
    policy_links: [{ policy_project: 42, namespace: 2 }],
  });
  policies = new PolicyProject(mesh, 42);
});

afterAll(async () => {
  await mesh?.stop();
});

const ci = { include: [{ project: 'acme/ci', file: 'scan.yml' }] };
const pipeline = { enabled: true, pipeline_config_strategy: 'inject_policy', content: ci };
const ofEachType = {
  approval_policy: [approval('Two eyes')],
  scan_execution_policy: [
    {
      name: 'Scans',
      enabled: true,
      rules: [{ type: 'pipeline', branches: ['*'] }],
      actions: [{ scan: 'sast' }],
    },
  ],
  pipeline_execution_policy: [{ name: 'Jobs', ...pipeline }],
  pipeline_execution_schedule_policy: [
    {
      name: 'Nightly',
      enabled: true,
      content: ci,
      schedules: [
        { type: 'daily', start_time: '02:00', time_window: { value: 3600, distribution: 'random' } },
      ],
    },
  ],
  vulnerability_management_policy: [
    {
      name: 'Gone',
      enabled: true,
      rules: [{ type: 'no_longer_detected', scanners: ['sast'], severity_levels: ['low'] }],
      actions: [{ type: 'auto_resolve' }],
    },
  ],
};

describe('an event of a policy', () => {
  it('says of which of the five types the policy is, also where the file uses the older name', async () => {
    const events = await policies.push(stringify(ofEachType));
    const types = events.map(({ target, details }) => [target.name, details.policy_type]);
    expect(Object.fromEntries(types)).toEqual({
      'Two eyes': 'approval_policy',
      Scans: 'scan_execution_policy',
      Jobs: 'pipeline_execution_policy',
      Nightly: 'pipeline_execution_schedule_policy',
      Gone: 'vulnerability_management_policy',
    });
    for (const { details } of events) expect(details.warnings).toEqual([]);
    const { approval_policy: legacy, ...others } = ofEachType;
    const renamedKey = stringify({ scan_result_policy: [{ ...legacy[0], description: 'Old' }], ...others });
    const [update] = await policies.push(renamedKey);
    expect(update).toMatchObject({
      type: 'security_policy_update',
      details: { policy_type: 'approval_policy' },
    });
  });

  it('says which resources are affected: how many projects, some of them, and all on demand with their paths', async () => {
    const [event] = await mesh.events('type=security_policy_create&target=Scans');
    expect(event!.consolidation).toMatchObject({
      affected_projects_count: 2,
      affected_projects_sample: ['70', '71'],
      complete: true,
      missing: 0,
    });
    const { body } = await mesh.call('GET', `/api/v1/audit-events/${event!.id}/affected-projects`);
    expect(body).toEqual({
      items: [
        { id: '70', path: 'acme/payments/ledger' },
        { id: '71', path: 'acme/payments/gateway' },
      ],
      next: null,
    });
  });

  it('says what is different, field by field and rule by rule, in which commit and merge request', async () => {
    await policies.push(policyFile(approval('Two eyes')));
    const merge_request = {
      project_id: 42,
      iid: 3,
      id: 300,
      title: 'More eyes',
      source_branch: 'more',
      target_branch: 'main',
    };
    const rules = [{ type: 'any_merge_request', branches: ['main'], commits: 'any' }];
    const more = { merge_request, commit_sha: 'ab'.repeat(20) };
    const [event] = await policies.push(
      policyFile(approval('Two eyes', { actions: [approvals(2)], rules })),
      more,
    );
    expect(event!.details).toMatchObject({ ...more, rules: { created: [], updated: [0], deleted: [] } });
    expect(event!.details.diff).toEqual(
      expect.arrayContaining([{ path: '/actions/0/approvals_required', before: 1, after: 2 }]),
    );
  });

  it('warns of what is odd about the policy, and of it alone', async () => {
    const odd = approval('Odd', {
      actions: [approvals(500)],
      policy_scope: { projects: { including: [{ id: 70 }, { id: 999 }] } },
      colour: 'red',
    });
    const [event, other] = await policies.push(policyFile(odd, approval('Sound'), approval('Two eyes')));
    expect(event!.target.name).toBe('Odd');
    expect(event!.details.warnings).toEqual(
      expect.arrayContaining([
        expect.stringContaining('colour'),
        expect.stringContaining('approvals_required'),
        'policy_scope names the unknown project 999.',
      ]),
    );
    expect(event!.consolidation.affected_projects_count).toBe(1);
    expect(other).toMatchObject({ target: { name: 'Sound' }, details: { warnings: [] } });
  });

  it('says with line and column what is wrong with a file', async () => {
    const [event] = await policies.push('approval_policy:\n- enabled: true\n- only text\n  in lines\n');
    expect(event!.type).toBe('security_policy_yaml_invalidated');
    expect(event!.details.errors).toEqual([
      { message: 'A policy has no name.', line: 2, column: 3 },
      { message: 'A policy under "approval_policy" is no mapping.', line: 3, column: 3 },
    ]);
  });
});

describe('an event of a violation', () => {
  it('says what was violated, as its producer tells it', async () => {
    const details = { violated_policies: ['Two eyes'], approvals: { required: 2, given: 1 } };
    const event = sampleEvent(1, {
      occurred_at: Date.now() * 1000,
      type: 'security_policy_violations_detected',
      category: 'violation_detection',
      attributes: JSON.stringify(details),
    });
    await mesh.produce(topics.auditEvents, '1.0', [{ id: '1', value: event }]);
    await mesh.settled();
    expect(await mesh.events('category=violation_detection')).toMatchObject([{ id: event.id, details }]);
  });
});
