import { describe, expect, it } from '@jest/globals';
import type { Json } from './json.js';
import { policyChanges } from './policy-changes.js';
import type { Policy, PolicyType } from './policy.js';

const policy = (
  name: string,
  rest: Record<string, Json> = {},
  type: PolicyType = 'approval_policy',
): Policy => ({
  type,
  name,
  content: { name, ...rest },
});
const summary = (before: Policy[], after: Policy[]) =>
  policyChanges(before, after).map(({ kind, name, renamed_from, renamed_to }) => [
    kind,
    name,
    renamed_from ?? renamed_to,
  ]);

describe('policyChanges', () => {
  it('reports an update with its diff and rules', () => {
    const before = policy('A', { enabled: true, rules: [{ type: 'x', n: 1 }] });
    const after = policy('A', { enabled: true, rules: [{ type: 'x', n: 2 }, { type: 'y' }] });
    expect(policyChanges([before], [after])).toEqual([
      {
        kind: 'update',
        type: 'approval_policy',
        name: 'A',
        before: before.content,
        after: after.content,
        diff: [
          { path: '/rules/0/n', before: '1', after: '2' },
          { path: '/rules/1', before: null, after: '{"type":"y"}' },
        ],
        rules: { created: [1], updated: [0], deleted: [] },
        renamed_from: null,
        renamed_to: null,
      },
    ]);
  });

  it('reports a create and a delete as one change of the whole policy', () => {
    const a = policy('A', { rules: [{ type: 'x' }] });
    expect(policyChanges([], [a])).toEqual([
      {
        kind: 'create',
        type: 'approval_policy',
        name: 'A',
        after: a.content,
        diff: [{ path: '', before: null, after: '{"name":"A","rules":[{"type":"x"}]}' }],
        rules: { created: [0], updated: [], deleted: [] },
        renamed_from: null,
        renamed_to: null,
      },
    ]);
    expect(policyChanges([a], [])[0]).toMatchObject({
      kind: 'delete',
      before: a.content,
      rules: { deleted: [0] },
    });
    expect(policyChanges([a], [])[0]).not.toHaveProperty('after');
  });

  it('sees no change in another order of policies or keys', () => {
    const swapped: Policy = { type: 'approval_policy', name: 'A', content: { y: 1, x: 1, name: 'A' } };
    expect(policyChanges([policy('A', { x: 1, y: 1 }), policy('B')], [policy('B'), swapped])).toEqual([]);
  });

  it('reports a rename as a create and a delete that name each other', () => {
    expect(summary([policy('A', { x: 1, y: 2 })], [policy('B', { y: 2, x: 1 })])).toEqual([
      ['create', 'B', 'A'],
      ['delete', 'A', 'B'],
    ]);
  });

  it('sees no rename where more than the name differs, the type included', () => {
    expect(summary([policy('A', { x: 1 })], [policy('B', { x: 2 })]).map(([, , other]) => other)).toEqual([
      null,
      null,
    ]);
    const moved = policy('B', { x: 1 }, 'scan_execution_policy');
    expect(summary([policy('A', { x: 1 })], [moved]).map(([, , other]) => other)).toEqual([null, null]);
  });

  it('pairs each delete with at most one create, in the order of the files', () => {
    expect(summary([policy('A'), policy('B')], [policy('C'), policy('D'), policy('E')])).toEqual([
      ['create', 'C', 'A'],
      ['create', 'D', 'B'],
      ['create', 'E', null],
      ['delete', 'A', 'C'],
      ['delete', 'B', 'D'],
    ]);
  });

  it('tells policies of the same name and different types apart', () => {
    const before = [policy('A', { x: 1 }), policy('A', { x: 1 }, 'scan_execution_policy')];
    const after = [policy('A', { x: 1 }), policy('A', { x: 2 }, 'scan_execution_policy')];
    expect(policyChanges(before, after).map(({ kind, type }) => [kind, type])).toEqual([
      ['update', 'scan_execution_policy'],
    ]);
  });

  it('comes in the order of the file after, then the deletes in that of the file before', () => {
    const before = [policy('gone 2'), policy('kept'), policy('gone 1', { g: 1 })];
    const after = [policy('new', { n: 1 }), policy('kept', { k: 1 }), policy('newer', { m: 1 })];
    expect(summary(before, after).map(([, name]) => name)).toEqual([
      'new',
      'kept',
      'newer',
      'gone 2',
      'gone 1',
    ]);
  });

  it('takes the first of policies that share type and name', () => {
    expect(policyChanges([policy('A', { x: 1 }), policy('A', { x: 2 })], [policy('A', { x: 1 })])).toEqual(
      [],
    );
  });

  it('copes with policies called like what objects inherit', () => {
    expect(summary([policy('constructor')], [policy('__proto__')])).toEqual([
      ['create', '__proto__', 'constructor'],
      ['delete', 'constructor', '__proto__'],
    ]);
  });
});
