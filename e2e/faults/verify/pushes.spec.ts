import type { PolicyFilePushed } from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import { GovernedProjects } from './governed-projects.ts';
import { differenceIn, differenceOf } from './policy-difference.ts';
import { eventsOfPushes } from './pushes.ts';
import type { TopicRecord } from './topic-record.ts';

const governed = new GovernedProjects({
  namespaces: [
    { id: 1, path: 'a' },
    { id: 2, path: 'a/b', parent: 1 },
    { id: 9, path: 'z' },
  ],
  projects: [
    { id: 50, path: 'a/policies', namespace: 1 },
    { id: 71, path: 'a/b/x', namespace: 2 },
    { id: 72, path: 'a/b/y', namespace: 2 },
    { id: 90, path: 'z/other', namespace: 9 },
  ],
  policy_links: [
    { policy_project: 50, namespace: 2 },
    { policy_project: 51, project: 90 },
  ],
});

let offset = 0;
function push(push_id: string, content: string | null, kind = content === null ? 'removed' : 'valid') {
  const value = { push_id, policy_project_id: 50, content, occurred_at: 1_000, author: { name: 'Ann' } };
  const headers = { ce_source: 's', faults_file: kind };
  const record = { partition: 0, offset: offset++, timestamp: 0, key: '50', bytes: null, poison: undefined };
  return {
    ...record,
    headers,
    value: value as PolicyFilePushed,
    sentAs: push_id,
  } as TopicRecord<PolicyFilePushed>;
}

const file = (...policies: object[]) => JSON.stringify({ approval_policy: policies });
const keysOf = (...pushes: ReturnType<typeof push>[]) => {
  const { windows, files } = eventsOfPushes(pushes, governed);
  return [...windows.map(({ key }) => key), ...files.map(({ where }) => where)];
};

describe('the events of pushes', () => {
  it('are one per policy that differs', () => {
    const first = push('1', file({ name: 'A', n: 1 }, { name: 'B' }));
    expect(keysOf(first, push('2', file({ name: 'B' }, { n: 2, name: 'A' })), push('3', null))).toEqual([
      '50/1/create/approval_policy/A',
      '50/1/create/approval_policy/B',
      '50/2/update/approval_policy/A',
      '50/3/delete/approval_policy/B',
      '50/3/delete/approval_policy/A',
    ]);
  });

  it('are none for a push that is known', () => {
    expect(keysOf(push('1', file({ name: 'A' })), push('1', file({ name: 'A' })))).toHaveLength(1);
  });

  it('compare with the last valid file, and say when one is invalid and when one is valid again', () => {
    const invalid = push('2', 'approval_policy: {', 'invalid');
    expect(keysOf(push('1', file({ name: 'A' })), invalid, push('3', file({ name: 'A' })))).toEqual([
      '50/1/create/approval_policy/A',
      '50/2/invalidated',
      '50/3/restored',
    ]);
  });

  it('concern whom the policy governed before and whom it governs now', () => {
    const only = (id: number) => ({ name: 'A', policy_scope: { projects: { including: [{ id }] } } });
    const { windows } = eventsOfPushes([push('1', file(only(71))), push('2', file(only(72)))], governed);
    expect(windows.map(({ members }) => [...members.values()])).toEqual([['71'], ['71', '72']]);
  });
});

describe('governed projects', () => {
  it('are those below a linked namespace or linked themselves, narrowed by the scope', () => {
    expect(governed.of(50, {})).toEqual([71, 72]);
    expect(governed.of(50, { policy_scope: { projects: { excluding: [{ id: 71 }] } } })).toEqual([72]);
    expect(governed.of(50, { policy_scope: { groups: { including: [{ id: 9 }] } } })).toEqual([]);
    expect(governed.of(51, {})).toEqual([90]);
  });

  it('tell the tenant of a policy project that is not listed', () => {
    expect([50, 51, 52].map((id) => governed.tenantOf(id))).toEqual(['1', '9', null]);
  });
});

describe('the difference of two policies', () => {
  const before = { name: 'A', rules: [{ type: 'x', on: ['a', 'b'] }], gone: 1 };
  const after = { name: 'A', rules: [{ type: 'y', on: ['a'] }], come: null };

  it('is the same worked out from both and from a diff, however fine', () => {
    const fine = [
      { path: '/rules/0/type', before: '"x"', after: '"y"' },
      { path: '/rules/0/on/1', before: '"b"', after: null },
      { path: '/come', before: null, after: 'null' },
      { path: '/gone', before: '1', after: null },
    ];
    const coarse = [{ path: '', before: JSON.stringify(before), after: JSON.stringify(after) }];
    expect(differenceIn(fine)).toEqual(differenceOf(before, after));
    expect(differenceIn(coarse)).toEqual(differenceOf(before, after));
  });

  it('sees a diff that leaves something out', () => {
    expect(differenceIn([{ path: '/gone', before: '1', after: null }])).not.toEqual(
      differenceOf(before, after),
    );
  });
});
