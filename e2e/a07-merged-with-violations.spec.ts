import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sampleApproval } from '@auditmesh/testing';
import { actor } from './support/actor.js';
import { lineOf, MergeRequest } from './support/merge-request.js';
import { approval, approvals, policyFile } from './support/policy-file.js';
import { PolicyProject } from './support/policy-project.js';
import { TestMesh } from './support/test-mesh.js';

const MERGED = 'merge_request_merged Round amounts to cents';
const MERGED_WITH = 'merge_request_merged_with_policy_violations';
let mesh: TestMesh;
let policies: PolicyProject;
let iid = 0;

beforeAll(async () => {
  mesh = await TestMesh.start();
  await mesh.directory({
    namespaces: [{ id: 1, path: 'acme' }],
    projects: [
      { id: 42, path: 'acme/security-policies', namespace: 1 },
      { id: 70, path: 'acme/ledger', namespace: 1 },
    ],
    policy_links: [{ policy_project: 42, namespace: 1 }],
  });
  policies = new PolicyProject(mesh, 42);
});

afterAll(async () => {
  await mesh?.stop();
});

const mergeRequest = () => new MergeRequest(mesh, ++iid);
const dan = actor({ id: '19', name: 'Dan Ito', ip: '10.1.2.3' });
const ben = sampleApproval('ben');
const cleo = sampleApproval('cleo');
const scan = {
  rules: [{ type: 'scan_finding', branch_type: 'protected', scanners: ['sast'], vulnerability_states: [] }],
};
const linesOf = (events: Awaited<ReturnType<MergeRequest['tell']>>) => events.map(lineOf).toSorted();

describe('a merge', () => {
  it('with violations gives an event for each policy, with the approvals that each rule asked for and got', async () => {
    await policies.push(
      policyFile(
        approval('Two eyes', { actions: [approvals(2)] }),
        approval('One eye'),
        approval('Owners', { actions: [{ ...approvals(1), role_approvers: ['owner'] }] }),
      ),
    );
    const one = mergeRequest();
    await one.tell('opened', { approvals: [ben] });
    const events = await one.tell('merged', { actor: dan });
    expect(linesOf(events)).toEqual([MERGED, `${MERGED_WITH} Owners`, `${MERGED_WITH} Two eyes`]);
    expect(events.find(({ target }) => target.name === 'Two eyes')).toMatchObject({
      type: 'security_policy_merge_request_merged_with_policy_violations',
      category: 'violation_detection',
      actor: { id: '19', name: 'Dan Ito', ip: '10.1.2.3' },
      scope: { type: 'project', id: '42', path: 'acme/security-policies' },
      target: { type: 'security_policy', id: 'approval_policy/Two eyes' },
      message: `The merge request acme/ledger!${iid} was merged with violations of the approval policy "Two eyes"`,
      details: {
        merge_request_iid: iid,
        project_full_path: 'acme/ledger',
        merged_at: expect.stringMatching(/^2\d{3}-.*Z$/),
        enforcement_type: 'enforce',
        policy_violations: [
          { violation_status: 'failed', violation_data: { approvals_required: 2, approvals_given: 1 } },
        ],
        policy_approval_rules: [
          {
            name: 'Two eyes',
            report_type: 'any_merge_request',
            approvals_required: 2,
            approvals_given: 1,
            approved: false,
            approved_approvers: ['ben'],
            invalid_rule: false,
            fail_open: false,
          },
        ],
      },
    });
    expect(events.find(({ type }) => type === 'merge_request_merged')).toMatchObject({
      category: 'activity',
      actor: { id: '19' },
      scope: { type: 'project', id: '70', path: 'acme/ledger', root_namespace_id: '1' },
      target: { type: 'merge_request', id: `${70_000 + iid}` },
      details: {
        required_approvals: 2,
        approval_count: 1,
        approvers: ['ben'],
        approving_author: false,
        approving_committers: [],
        target_project_id: 70,
      },
    });
    const searched = await mesh.events('type=security_policy_merge_request_merged_with*&target=Two eyes');
    expect(searched.map(({ details }) => details.merge_request_iid)).toContain(iid);
  });

  it('without violations gives its own event only, and once', async () => {
    const one = mergeRequest();
    const owner = sampleApproval('ola', { role: 'owner' });
    const events = await one.tell('merged', { approvals: [ben, cleo, owner] });
    expect(linesOf(events)).toEqual([MERGED]);
    expect((await one.tellAgain('merged')).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(await one.tell('updated', { approvals: [] })).toEqual([]);
  });

  it('of which nothing was told before gives the violations too', async () => {
    const events = await mergeRequest().tell('merged', { approvals: [ben, cleo] });
    expect(linesOf(events)).toEqual([MERGED, `${MERGED_WITH} Owners`, 'violations_detected Owners']);
  });

  it('that a policy let pass since it fails open or exempts the branches says so, one that it warned of too', async () => {
    const pair = { source: { pattern: 'round-*' }, target: { name: 'main' } };
    await policies.push(
      policyFile(
        approval('Open', { ...scan, fallback_behavior: { fail: 'open' } }),
        approval('Warns', { ...scan, enforcement_type: 'warn' }),
        approval('Exempts', { bypass_settings: { branches: [pair] } }),
      ),
    );
    const one = mergeRequest();
    await one.tell('opened');
    const events = await one.tell('merged', { actor: dan });
    expect(linesOf(events)).toEqual([
      'merge_request_branch_bypassed_by_security_policy Exempts',
      MERGED,
      `${MERGED_WITH} Warns`,
    ]);
    const of = (part: string) => events.find((event) => lineOf(event) === part)!;
    expect(of(MERGED).details.fail_open_policies).toEqual(['Open']);
    expect(of(`${MERGED_WITH} Warns`).details).toMatchObject({
      enforcement_type: 'warn',
      policy_violations: [{ violation_status: 'warn', violation_data: { error: 'scan_missing' } }],
    });
  });
});
