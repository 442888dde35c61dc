import { describe, expect, it } from '@jest/globals';
import { appliedPolicies, exceededLimits, policyLimits } from './limits.js';
import type { Policy } from './policy.js';

const policies = (names: string, disabled = ''): Policy[] =>
  [...names].map((name) => ({
    type: 'approval_policy',
    name,
    content: { name, ...(disabled.includes(name) ? { enabled: false } : {}) },
  }));
const limits = policyLimits('approval_policy=2');

describe('the limits of policies', () => {
  it('are five of a type, one schedule, or what is configured', () => {
    expect(limits).toEqual({
      approval_policy: 2,
      scan_execution_policy: 5,
      pipeline_execution_policy: 5,
      pipeline_execution_schedule_policy: 1,
      vulnerability_management_policy: 5,
    });
  });

  it('apply to the first enabled policies in the order of the file', () => {
    expect(exceededLimits([], policies('abcd', 'a'), limits)).toEqual([
      { type: 'approval_policy', limit: 2, active: ['b', 'c'], skipped: ['d'] },
    ]);
    expect(exceededLimits([], policies('abc', 'a'), limits)).toEqual([]);
    const applied = appliedPolicies(policies('abcd', 'a'), 'approval_policy', limits);
    expect(applied.map(({ name }) => name)).toEqual(['b', 'c']);
  });

  it('are told of again only when other policies are active or skipped', () => {
    const over = policies('abc');
    expect(exceededLimits(over, over, limits)).toEqual([]);
    expect(exceededLimits(over, policies('acb'), limits)).toMatchObject([{ skipped: ['b'] }]);
    expect(exceededLimits(over, policies('ab'), limits)).toEqual([]);
  });
});
