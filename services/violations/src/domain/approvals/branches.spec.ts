import { describe, expect, it } from '@jest/globals';
import type { Json } from '@auditmesh/policies';
import { sampleMergeRequest } from '@auditmesh/testing';
import { fits, isAbout, isExempt, readBranchFilter, readBranchPairs } from './branches.js';

const PATH = 'acme/payments/ledger';
const about = (rule: Json, target_branch: string, kind: 'default' | 'protected' | 'other' = 'protected') =>
  isAbout(
    readBranchFilter(rule),
    {
      target_branch,
      target_branch_default: kind === 'default',
      target_branch_protected: kind !== 'other',
    },
    PATH,
  );

describe('the branches of a rule', () => {
  it('are the default one, or all protected ones', () => {
    expect(about({ branch_type: 'default' }, 'main', 'default')).toBe(true);
    expect(about({ branch_type: 'default' }, 'release')).toBe(false);
    expect(about({ branch_type: 'protected' }, 'release')).toBe(true);
    expect(about({ branch_type: 'protected' }, 'topic', 'other')).toBe(false);
  });

  it('are those named, by name or pattern, if they are protected; no name stands for all', () => {
    const rule = { branches: ['main', 'release/*'] };
    expect(about(rule, 'main')).toBe(true);
    expect(about(rule, 'release/12')).toBe(true);
    expect(about(rule, 'release')).toBe(false);
    expect(about(rule, 'main', 'other')).toBe(false);
    expect(about({ branches: [] }, 'anything')).toBe(true);
    expect(about({}, 'anything')).toBe(true);
  });

  it('leave out exceptions, in all projects or in one', () => {
    const rule = {
      branch_type: 'protected',
      branch_exceptions: ['old/*', { name: 'main', full_path: PATH }, { name: 'next', full_path: 'acme/x' }],
    };
    expect(about(rule, 'old/1')).toBe(false);
    expect(about(rule, 'main')).toBe(false);
    expect(about(rule, 'next')).toBe(true);
  });
});

describe('the pairs of branches that a policy exempts', () => {
  const pairs = readBranchPairs({
    branches: [
      { source: { name: 'hotfix' }, target: { name: 'main' } },
      { source: { pattern: 'hotfix/*' }, target: { pattern: 'release/*' } },
      { source: { name: 'x' } },
    ],
  });
  it.each([
    ['hotfix', 'main', true],
    ['hotfix/1', 'release/2', true],
    ['hotfix', 'release/2', false],
    ['x', 'main', false],
  ])('from %s into %s: %p', (source_branch, target_branch, exempt) => {
    expect(isExempt(pairs, sampleMergeRequest({ source_branch, target_branch }))).toBe(exempt);
  });
});

describe('a pattern', () => {
  it.each([
    ['a*b*c', 'a1b2c', true],
    ['a*b*c', 'abc', true],
    ['a*a', 'a', false],
    ['*', '', true],
    ['a**', 'a', true],
    ['a*b', 'a1bc', false],
    ['a*bc*bcd', 'abcd', false],
    ['(.+)', 'x', false],
  ])('%s and the text %s: %p', (pattern, text, fitting) => {
    expect(fits(pattern, text)).toBe(fitting);
  });

  it('takes no time worth mentioning, whatever it is', () => {
    const pattern = `${'a*'.repeat(2_000)}b`;
    const started = performance.now();
    expect(fits(pattern, 'a'.repeat(50_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
