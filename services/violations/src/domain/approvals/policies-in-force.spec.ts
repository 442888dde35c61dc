import { describe, expect, it } from '@jest/globals';
import { noEntity, type DirectoryEntry, type PolicyState } from '@auditmesh/events';
import { Directory, policyLimits } from '@auditmesh/policies';
import { PoliciesInForce } from './policies-in-force.js';

const directory = new Directory();
const put = (key: string, entry: Partial<DirectoryEntry>) =>
  directory.apply(key, { tenant: '1', ...noEntity, ...entry });
put('namespace/1', { namespace: { id: 1, path: 'acme', parent_id: null, log_shards: 1 } });
for (const id of [70, 71])
  put(`project/${id}`, {
    project: { id, path: `acme/p${id}`, namespace_id: 1, archived: false, personal: false, settings: '{}' },
  });
for (const id of [42, 43])
  put(`policy-link/namespace/1/${id}`, {
    policy_link: { policy_project_id: id, namespace_id: 1, project_id: null },
  });

const state = (...policies: object[]): PolicyState => ({
  ...{ policy_project_id: 42, push: null, fanout: null, skipped: null },
  file: {
    valid: true,
    policies: JSON.stringify(policies),
    commit_sha: '',
    push_id: '',
    occurred_at: 0,
  },
});
const policy = (name: string, more: object = {}) => ({
  type: 'approval_policy',
  name,
  content: { name, enabled: true, rules: [], ...more },
});

describe('the approval policies in force', () => {
  const names = (all: PoliciesInForce, project = 70) => all.of(directory, project).map(({ name }) => name);

  it('are those of the linked policy projects whose scope has the project', () => {
    const all = new PoliciesInForce(policyLimits(''));
    const scoped = { policy_scope: { projects: { including: [{ id: 71 }] } } };
    all.apply('43', state(policy('C')));
    all.apply(
      '42',
      state(policy('A'), policy('B', scoped), { ...policy('S'), type: 'scan_execution_policy' }),
    );
    all.apply('44', state(policy('D')));
    expect(names(all)).toEqual(['A', 'C']);
    expect(names(all, 71)).toEqual(['A', 'B', 'C']);
    expect(names(all, 99)).toEqual([]);
  });

  it('are the first enabled ones, as many as the limit says, of the newest state', () => {
    const all = new PoliciesInForce(policyLimits('approval_policy=2'));
    all.apply('42', state(policy('A', { enabled: false }), policy('B'), policy('C'), policy('D')));
    all.apply('42/push/1', state(policy('X')));
    expect(names(all)).toEqual(['B', 'C']);
    all.apply('42', null);
    expect(names(all)).toEqual([]);
  });
});
