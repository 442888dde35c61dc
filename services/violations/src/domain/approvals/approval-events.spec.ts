import { describe, expect, it } from '@jest/globals';
import { detailsJson, type MergeRequestChanged } from '@auditmesh/events';
import type { Json, Site } from '@auditmesh/policies';
import { sampleApproval, sampleMergeRequest } from '@auditmesh/testing';
import { eventOf, type Circumstances } from './approval-events.js';
import { readApprovalPolicy } from './approval-policy.js';
import type { Told } from './telling.js';
import { verdictOf } from './verdict.js';

const site = (id: number, path: string): Site => ({
  scope: { type: 'project', id: String(id), path, root_namespace_id: '1' },
  log: '1.0',
  unresolved: false,
  warnings: [],
});
const ben = { id: '18', type: 'user', name: 'Ben Okafor', email: null, ip: '10.0.0.8', user_agent: null };
const rule = { type: 'any_merge_request', branch_type: 'protected', commits: 'any' };
const verdict = (facts: MergeRequestChanged, more: object = {}, name = 'Two eyes') => {
  const actions = [{ type: 'require_approval', approvals_required: 2 }];
  const content = { name, rules: [rule], actions, ...more } as { [name: string]: Json };
  return verdictOf(readApprovalPolicy(42, { type: 'approval_policy', name, content }), facts, null)!;
};
const circumstances = (facts: MergeRequestChanged): Circumstances => ({
  facts,
  source: 'platform',
  id: 'mr:8001:7',
  traceId: null,
  siteOf: (id) => site(id, id === 42 ? 'acme/security-policies' : 'acme/payments/ledger'),
});
const approvals = [sampleApproval('ben')];
const event = (told: Told, facts: MergeRequestChanged) => {
  const { event: made } = eventOf(told, circumstances(facts));
  return { ...made, details: detailsJson(made) };
};

describe('the event of violations detected', () => {
  const facts = sampleMergeRequest({ approvals });

  it('is at the policy project, about the policy, by the author if nobody else did anything', () => {
    expect(event({ kind: 'detected', verdict: verdict(facts) }, facts)).toMatchObject({
      type: 'security_policy_violations_detected',
      category: 'violation_detection',
      occurred_at: facts.occurred_at,
      actor: { id: '17' },
      scope: { id: '42', path: 'acme/security-policies' },
      target: { type: 'security_policy', id: 'approval_policy/Two eyes', name: 'Two eyes' },
      message: 'The merge request acme/payments/ledger!7 breaks the approval policy "Two eyes"',
      cause: { id: 'mr:8001:7', topic: 'merge-requests.changes.v1' },
      source: 'platform',
      details: {
        merge_request_iid: 7,
        project_name: 'ledger',
        project_full_path: 'acme/payments/ledger',
        enforcement_type: 'enforce',
        policy_violations: [
          {
            approval_policy_rule_id: 0,
            violation_status: 'failed',
            violation_data: { approvals_required: 2, approvals_given: 1, commits: 'any' },
          },
        ],
      },
    });
  });

  it('says that a policy only warns', () => {
    const warning = verdict(facts, { enforcement_type: 'warn' });
    expect(event({ kind: 'detected', verdict: warning }, { ...facts, actor: ben })).toMatchObject({
      actor: { id: '18' },
      message: expect.stringMatching(/"Two eyes", which only warns$/),
      details: { enforcement_type: 'warn', policy_violations: [{ violation_status: 'warn' }] },
    });
  });

  it('has an id by its cause and its policy', () => {
    const ids = ['A', 'B', 'A'].map(
      (name) => event({ kind: 'detected', verdict: verdict(facts, {}, name) }, facts).id,
    );
    expect(ids[0]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
  });
});

describe('the events of a merge', () => {
  const [commit] = sampleMergeRequest().commits;
  const facts = sampleMergeRequest({
    change: 'merged',
    actor: ben,
    approvals: [...approvals, sampleApproval('ann', { user: { ...ben, id: '17' } })],
    commits: [{ ...commit!, committer_email: 'ben@acme.example' }],
    required_approvals: 1,
  });

  it('say who approved, and whether it was the author or a committer', () => {
    expect(event({ kind: 'merged', verdicts: [verdict(facts)] }, facts)).toMatchObject({
      type: 'merge_request_merged',
      category: 'activity',
      actor: { id: '18', ip: '10.0.0.8' },
      scope: { id: '70' },
      target: { type: 'merge_request', id: '8001', name: 'Round amounts to cents' },
      details: {
        required_approvals: 2,
        approval_count: 2,
        approvers: ['ann', 'ben'],
        approving_committers: ['ben'],
        approving_author: true,
        commit_shas: [commit!.sha],
        fail_open_policies: [],
        merged_at: '2026-11-20T10:00:00.000000Z',
      },
    });
  });

  it('name the policies that let it pass since they could not be evaluated', () => {
    const scan = { type: 'scan_finding', branch_type: 'protected', scanners: ['sast'] };
    const bare = { ...facts, approvals: [] };
    const open = verdict(bare, { rules: [scan], fallback_behavior: { fail: 'open' } });
    expect(event({ kind: 'merged', verdicts: [open] }, bare).details).toMatchObject({
      fail_open_policies: ['Two eyes'],
    });
  });

  it('tell what each rule asked for and got', () => {
    const actions = [2, 3].map((approvals_required) => ({ type: 'require_approval', approvals_required }));
    const merged = event({ kind: 'merged_with_violations', verdict: verdict(facts, { actions }) }, facts);
    expect(merged).toMatchObject({
      type: 'security_policy_merge_request_merged_with_policy_violations',
      scope: { id: '42' },
      details: {
        policy_violations: [{ violation_data: { approvals_required: 3, approvals_given: 2 } }],
        policy_approval_rules: [
          { name: 'Two eyes', report_type: 'any_merge_request', approvals_required: 2, approved: true },
          {
            name: 'Two eyes 2',
            approvals_required: 3,
            approvals_given: 2,
            approved: false,
            approved_approvers: ['ann', 'ben'],
            invalid_rule: false,
            fail_open: false,
          },
        ],
      },
    });
  });

  it('do not name the author as who merged when nobody knows who did', () => {
    const unknown = { ...facts, actor: null };
    expect(event({ kind: 'merged', verdicts: [] }, unknown).actor).toMatchObject({ id: null, name: null });
  });

  it('have a length that the trail takes, whatever they are made from', () => {
    const odd = '\u0000'.repeat(2_000);
    const huge = sampleMergeRequest({
      ...{ change: 'merged', title: odd, description: odd, source_branch: odd, project_path: odd },
      commits: Array.from({ length: 5_000 }, (_, i) => ({ ...commit!, sha: String(i).repeat(40) })),
      approvals: Array.from({ length: 500 }, (_, i) => sampleApproval(`${i}${odd}`)),
    });
    const rules = Array.from({ length: 100 }, () => rule);
    const made = verdict(
      huge,
      { rules, actions: [{ type: 'require_approval', approvals_required: 501 }] },
      odd,
    );
    for (const told of [
      { kind: 'merged', verdicts: [made] },
      { kind: 'merged_with_violations', verdict: made },
    ] as Told[]) {
      const { event: one } = eventOf(told, circumstances(huge));
      expect(Buffer.byteLength(JSON.stringify(one))).toBeLessThan(60_000);
      expect(() => detailsJson(one)).not.toThrow();
    }
  });
});
