import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sampleApproval } from '@auditmesh/testing';
import { lineOf, MergeRequest } from './support/merge-request.js';
import { approval, approvals, policyFile } from './support/policy-file.js';
import { PolicyProject } from './support/policy-project.js';
import { TestMesh } from './support/test-mesh.js';

const DETECTED = 'violations_detected';
const RESOLVED = 'violations_resolved Round amounts to cents';
let mesh: TestMesh;
let policies: PolicyProject;
let iid = 0;

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
      { id: 71, path: 'acme/website', namespace: 1 },
    ],
    policy_links: [{ policy_project: 42, namespace: 2 }],
    frameworks: [{ id: 3, namespace: 1, name: 'SOC 2', projects: [70], requirements: [] }],
  });
  policies = new PolicyProject(mesh, 42);
});

afterAll(async () => {
  await mesh?.stop();
});

const mergeRequest = (project = 70) => new MergeRequest(mesh, ++iid, project);
const ben = sampleApproval('ben');
const cleo = sampleApproval('cleo');
const rule = (type: string, more: object) => ({ rules: [{ type, branch_type: 'protected', ...more }] });
const scans = rule('scan_finding', {
  scanners: ['sast'],
  vulnerabilities_allowed: 0,
  severity_levels: ['critical', 'high'],
  vulnerability_states: [],
});
const finding = {
  ...{ scanner: 'sast', severity: 'critical', state: 'new_needs_triage', count: 2 },
  ...{ false_positive: false, fix_available: true, detected_at: null },
};
const scanned = [{ scanner: 'sast', status: 'success' }];

describe('a merge request', () => {
  it('that breaks an approval policy gives one event, until its violations change, and one when they are gone', async () => {
    await policies.push(policyFile(approval('Two eyes', { actions: [approvals(2)] })));
    const one = mergeRequest();
    const [detected, ...others] = await one.tell('opened');
    expect(others).toEqual([]);
    expect(detected).toMatchObject({
      type: 'security_policy_violations_detected',
      category: 'violation_detection',
      actor: { id: '17', name: 'Ann Lee' },
      scope: { type: 'project', id: '42', path: 'acme/security-policies', root_namespace_id: '1' },
      target: { type: 'security_policy', id: 'approval_policy/Two eyes' },
      message: `The merge request acme/payments/ledger!${iid} breaks the approval policy "Two eyes"`,
      source: 'platform',
      details: {
        merge_request_iid: iid,
        merge_request_title: 'Round amounts to cents',
        source_branch: 'round-amounts',
        target_branch: 'main',
        project_id: 70,
        project_name: 'ledger',
        project_full_path: 'acme/payments/ledger',
        enforcement_type: 'enforce',
        policy_violations: [
          { violation_status: 'failed', violation_data: { approvals_required: 2, approvals_given: 0 } },
        ],
      },
    });
    expect(await one.tell('updated', { title: 'Round amounts to cents' })).toEqual([]);
    expect(await one.tell('updated', { approvals: [ben] })).toEqual([]);
    expect(await one.tellAgain('updated')).toEqual([]);
    const [resolved, ...more] = await one.tell('updated', { approvals: [cleo, ben] });
    expect(more).toEqual([]);
    expect(resolved).toMatchObject({
      type: 'security_policy_violations_resolved',
      scope: { type: 'project', id: '70', path: 'acme/payments/ledger' },
      target: { type: 'merge_request', id: `${70_000 + iid}`, name: 'Round amounts to cents' },
    });
    expect(await one.tell('updated', { approvals: [ben, cleo] })).toEqual([]);
    expect((await one.tell('updated', { approvals: [] })).map(lineOf)).toEqual([`${DETECTED} Two eyes`]);
  });

  it('breaks a rule about findings, about licences or about commits that nobody signed', async () => {
    await policies.push(
      policyFile(
        approval('No findings', scans),
        approval(
          'No GPL',
          rule('license_finding', {
            license_states: ['newly_detected'],
            license_types: ['GPL-3.0'],
            match_on_inclusion_license: true,
          }),
        ),
        approval('Signed', rule('any_merge_request', { commits: 'unsigned' })),
      ),
    );
    const clean = { scans: scanned, licenses: [{ name: 'MIT', state: 'newly_detected', packages: [] }] };
    const one = mergeRequest();
    expect(await one.tell('opened', clean)).toEqual([]);
    const [found] = await one.tell('updated', { findings: [finding] });
    expect(found!.target.name).toBe('No findings');
    expect(found!.details.policy_violations[0].violation_data).toMatchObject({
      findings_count: 2,
      vulnerabilities_allowed: 0,
      findings: [{ scanner: 'sast', severity: 'critical' }],
    });
    const gpl = { name: 'GPL-3.0', state: 'newly_detected', packages: ['pkg:npm/left-pad@1.3.0'] };
    const unsigned = { author_id: null, author_email: null, committer_id: null, committer_email: null };
    const commits = [{ sha: 'e'.repeat(40), signed: false, ...unsigned }];
    const more = await one.tell('updated', { licenses: [gpl], commits });
    expect(more.map(lineOf).toSorted()).toEqual([`${DETECTED} No GPL`, `${DETECTED} Signed`]);
    expect(await one.tell('updated', { ...clean, findings: [] })).toEqual([]);
    expect((await one.tell('updated', { approvals: [ben] })).map(lineOf)).toEqual([RESOLVED]);
  });

  it('whose scan is missing breaks the policy, unless that fails open; a policy that warns says so', async () => {
    const open = { fallback_behavior: { fail: 'open' } };
    await policies.push(
      policyFile(
        approval('Closed', scans),
        approval('Open', { ...scans, ...open }),
        approval('Warns', { ...scans, enforcement_type: 'warn' }),
      ),
    );
    const one = mergeRequest();
    const byName = (events: Awaited<ReturnType<typeof one.tell>>) =>
      Object.fromEntries(events.map(({ target, details }) => [target.name, details.policy_violations[0]]));
    expect(byName(await one.tell('opened', { scans: [{ scanner: 'sast', status: 'running' }] }))).toEqual({});
    const missing = { error: 'scan_missing', missing_scanners: ['sast'] };
    expect(byName(await one.tell('updated', { scans: [] }))).toMatchObject({
      Closed: { violation_status: 'failed', violation_data: missing },
      Warns: { violation_status: 'warn', violation_data: missing },
    });
    expect(byName(await one.tell('updated', { scans: scanned, findings: [finding] }))).toMatchObject({
      Closed: { violation_data: { findings_count: 2 } },
      Open: { violation_status: 'failed' },
      Warns: { violation_status: 'warn' },
    });
  });

  it('is judged by the policies that govern its project and its branch, by the approvals that count', async () => {
    await policies.push(
      policyFile(
        approval('Release', rule('any_merge_request', { commits: 'any', branches: ['release/*'] })),
        approval('Framework', { policy_scope: { compliance_frameworks: [{ id: 4 }] } }),
        approval('Off', { enabled: false }),
        approval('Others', {
          policy_scope: { compliance_frameworks: [{ id: 3 }] },
          actions: [{ type: 'require_approval', approvals_required: 1, group_approvers_ids: [26] }],
          approval_settings: { prevent_approval_by_author: true },
        }),
      ),
    );
    expect(await mergeRequest(71).tell('opened')).toEqual([]);
    const one = mergeRequest();
    const author = { ...ben, user: { ...ben.user, id: '17' }, group_ids: [26] };
    expect((await one.tell('opened', { approvals: [ben, author] })).map(lineOf)).toEqual([
      `${DETECTED} Others`,
    ]);
    const release = { target_branch: 'release/12', target_branch_default: false, approvals: [] };
    expect((await one.tell('updated', release)).map(lineOf)).toEqual([`${DETECTED} Release`]);
    const approved = { approvals: [{ ...ben, group_ids: [26] }] };
    expect((await one.tell('updated', approved)).map(lineOf)).toEqual([RESOLVED]);
  });

  it('that is closed is forgotten, and judged anew when it is opened again', async () => {
    await policies.push(policyFile(approval('Two eyes', { actions: [approvals(2)] })));
    const one = mergeRequest();
    await one.tell('opened');
    expect(await one.tell('closed')).toEqual([]);
    expect((await one.tell('opened')).map(lineOf)).toEqual([`${DETECTED} Two eyes`]);
  });
});
