import { describe, expect, it } from '@jest/globals';
import type { Approval, MergeRequestChanged } from '@auditmesh/events';
import type { Json } from '@auditmesh/policies';
import { sampleApproval, sampleMergeRequest } from '@auditmesh/testing';
import fc from 'fast-check';
import { readApprovalPolicy } from './approval-policy.js';
import { verdictOf, type RuleVerdict } from './verdict.js';

const any = { type: 'any_merge_request', branch_type: 'protected', commits: 'any' };
const scan = { type: 'scan_finding', branch_type: 'protected', scanners: ['sast'] };
const required = (count: number, more: object = {}) => ({
  type: 'require_approval',
  approvals_required: count,
  ...more,
});
const policy = (more: object) =>
  readApprovalPolicy(42, {
    type: 'approval_policy',
    name: 'Two eyes',
    content: { name: 'Two eyes', rules: [any], actions: [required(1)], ...more } as { [name: string]: Json },
  });
const evaluate = (content: object, facts: Partial<MergeRequestChanged> = {}): RuleVerdict[] =>
  verdictOf(policy(content), sampleMergeRequest(facts), 'acme/payments/ledger')!.rules;
const statuses = (content: object, facts: Partial<MergeRequestChanged> = {}) =>
  evaluate(content, facts).map(({ status }) => status);
const approved = (...approvals: (string | Approval)[]) => ({
  approvals: approvals.map((each) => (typeof each === 'string' ? sampleApproval(each) : each)),
});

describe('the approvals that a policy asks for', () => {
  it('are given, or it is violated', () => {
    const two = { actions: [required(2)] };
    expect(evaluate(two, approved('ben'))).toMatchObject([
      { status: 'failed', required: 2, approvers: ['ben'] },
    ]);
    expect(statuses(two, approved('ben', 'cleo'))).toEqual(['passed']);
    expect(statuses(two, approved('ben', 'ben'))).toEqual(['failed']);
  });

  it('are not asked for by a rule that does not match, nor by a policy without such an action', () => {
    const [one, two] = evaluate({ rules: [{ ...scan, vulnerability_states: ['detected'] }, any] });
    expect(one).toMatchObject({ status: 'passed', required: 0 });
    expect(two).toMatchObject({ status: 'failed', required: 1 });
    expect(evaluate({ actions: [{ type: 'send_bot_message', enabled: true }] })).toEqual([]);
    expect(statuses({ actions: [required(0)] })).toEqual(['passed']);
  });

  it('are asked for by each rule and each action', () => {
    const actions = [required(1, { role_approvers: ['owner'] }), required(1)];
    const found = evaluate({ rules: [any, any], actions }, approved('ben'));
    expect(found.map(({ rule, action, status }) => [rule, action, status])).toEqual([
      [0, 0, 'failed'],
      [0, 1, 'passed'],
      [1, 0, 'failed'],
      [1, 1, 'passed'],
    ]);
  });

  it.each<[string, object, Partial<Approval>, boolean]>([
    ['by id', { user_approvers_ids: [9] }, { user: { ...sampleApproval('x').user, id: '9' } }, true],
    ['by name', { user_approvers: ['BEN'] }, {}, true],
    ['by another name', { user_approvers: ['bob'] }, {}, false],
    ['by role', { role_approvers: ['maintainer'] }, {}, true],
    ['by a role that is meant as it is', { role_approvers: ['maintainer'] }, { role: 'owner' }, false],
    ['by custom role', { role_approvers: [4711] }, { custom_role_id: 4711 }, true],
    ['by group', { group_approvers_ids: [26] }, { group_ids: [1, 26] }, true],
    ['by a number among the paths', { group_approvers: [25] }, { group_ids: [25] }, true],
    ['by path of a group', { group_approvers: ['acme/security'] }, { group_paths: ['Acme/Security'] }, true],
    [
      'by one of several lists',
      { user_approvers: ['bob'], role_approvers: ['owner'] },
      { role: 'owner' },
      true,
    ],
  ])('are of those named: %s', (_, named, approval, counts) => {
    const facts = approved(sampleApproval('ben', approval));
    expect(statuses({ actions: [required(1, named)] }, facts)).toEqual([counts ? 'passed' : 'failed']);
  });

  it('are not those of the author and of committers where the policy prevents it', () => {
    const author = { approval_settings: { prevent_approval_by_author: true } };
    const committer = { approval_settings: { prevent_approval_by_commit_author: true } };
    const ann = sampleApproval('ann', { user: { ...sampleApproval('ann').user, id: '17', email: null } });
    expect(statuses(author, approved(ann))).toEqual(['failed']);
    expect(statuses(committer, approved(ann))).toEqual(['passed']);
    expect(statuses({}, approved(ann))).toEqual(['passed']);
    const [commit] = sampleMergeRequest().commits;
    const commits = [{ ...commit!, committer_email: 'BEN@acme.example' }];
    expect(statuses(committer, { ...approved('ben'), commits })).toEqual(['failed']);
    expect(statuses(author, { ...approved('ben'), commits })).toEqual(['passed']);
  });

  it('may be of anybody whatever their order', () => {
    const approval = fc.constantFrom('ann', 'ben', 'cleo').chain((name) =>
      fc.record({
        name: fc.constant(name),
        role: fc.constantFrom('maintainer', 'owner', null),
        group: fc.nat(2),
      }),
    );
    const lists = fc
      .array(approval, { maxLength: 6 })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    const named = { role_approvers: ['owner'], group_approvers_ids: [1] };
    fc.assert(
      fc.property(lists, fc.nat(3), ([one, other], count) => {
        const facts = (list: typeof one) =>
          approved(
            ...list.map(({ name, role, group }) => sampleApproval(name, { role, group_ids: [group] })),
          );
        const content = { actions: [required(count, named), required(count)] };
        expect(evaluate(content, facts(one))).toEqual(evaluate(content, facts(other)));
      }),
    );
  });
});

describe('a rule that cannot be evaluated', () => {
  it('is violated, with the reason, unless its approvals are given', () => {
    expect(evaluate({ rules: [scan] })).toMatchObject([{ status: 'failed', error: 'scan_missing' }]);
    expect(statuses({ rules: [scan] }, approved('ben'))).toEqual(['passed']);
  });

  it('is skipped by a policy that fails open, which is not the same as a policy that warns', () => {
    const open = { fallback_behavior: { fail: 'open' } };
    expect(evaluate({ ...open, rules: [scan, any] })).toMatchObject([
      { status: 'skipped', error: 'scan_missing' },
      { status: 'failed', error: null },
    ]);
    const warn = { enforcement_type: 'warn' };
    expect(evaluate({ ...warn, rules: [scan, any] })).toMatchObject([
      { status: 'warn', error: 'scan_missing' },
      { status: 'warn', error: null },
    ]);
    expect(statuses({ ...open, ...warn, rules: [scan, any] })).toEqual(['skipped', 'warn']);
    expect(statuses({ fallback_behavior: { fail: 'closed' }, rules: [scan] })).toEqual(['failed']);
  });

  it('is one of a type that nobody knows', () => {
    expect(evaluate({ rules: [{ type: 'moon_phase', branch_type: 'default' }, 'x'] })).toMatchObject([
      { type: 'moon_phase', status: 'failed', error: 'invalid_rule' },
      { type: 'unknown', status: 'failed', error: 'invalid_rule' },
    ]);
  });

  it('waits for scans that run, until the merge', () => {
    const scans = [{ scanner: 'sast', status: 'running' }];
    expect(evaluate({ rules: [scan] }, { scans })).toMatchObject([{ status: 'running', error: null }]);
    expect(evaluate({ rules: [scan] }, { scans, change: 'merged' })).toMatchObject([
      { status: 'failed', error: 'scan_unfinished' },
    ]);
  });
});

describe('a policy', () => {
  it('says nothing of merge requests that no rule is about', () => {
    const rules = [{ ...any, branch_type: 'default' }];
    const facts = sampleMergeRequest({ target_branch_default: false });
    expect(verdictOf(policy({ rules }), facts, null)).toBeUndefined();
  });

  it('asks for nothing where it exempts the branches', () => {
    const pair = { source: { pattern: 'round-*' }, target: { name: 'main' } };
    const exempt = policy({ bypass_settings: { branches: [pair] } });
    expect(verdictOf(exempt, sampleMergeRequest(), null)).toMatchObject({ exempt: true, rules: [] });
  });

  it.each<[string, Json]>([
    ['nothing', null],
    ['texts', 'x'],
    ['lists of texts', ['x', null, 7]],
    ['empty objects', [{}]],
    ['wrong fields', [{ type: 'require_approval', approvals_required: 'many', user_approvers: 7 }]],
    ['rules with wrong fields', [{ type: 'scan_finding', scanners: 7, branches: {}, vulnerability_age: 1 }]],
  ])('with %s for rules, actions and the rest is read all the same', (_, value) => {
    const parts = ['actions', 'approval_settings', 'bypass_settings', 'fallback_behavior'];
    const content = Object.fromEntries(parts.map((name) => [name, value]));
    expect(() => evaluate(content)).not.toThrow();
    expect(() => verdictOf(policy({ rules: value }), sampleMergeRequest(), null)).not.toThrow();
  });

  it('whatever its parts are is read, and says the same each time', () => {
    const part = fc.option(fc.jsonValue() as fc.Arbitrary<Json>, { nil: undefined });
    const rule = fc.record(
      {
        type: fc.constantFrom('any_merge_request', 'scan_finding', 'license_finding'),
        ...{ branches: part, branch_exceptions: part, scanners: part, vulnerability_states: part },
        ...{ vulnerability_attributes: part, vulnerability_age: part, licenses: part, license_types: part },
      },
      { requiredKeys: ['type'] },
    );
    const action = fc.record({
      type: fc.constant('require_approval'),
      approvals_required: part,
      user_approvers: part,
    });
    const content = fc.record({
      rules: fc.array(rule, { maxLength: 3 }),
      actions: fc.array(action, { maxLength: 2 }),
      ...{ approval_settings: part, bypass_settings: part, fallback_behavior: part },
    });
    fc.assert(
      fc.property(content, (given) => {
        const facts = sampleMergeRequest(approved('ben'));
        const say = () => verdictOf(policy(given), facts, null)?.rules;
        expect(say()).toEqual(say());
      }),
    );
  });
});
