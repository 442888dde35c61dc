import { describe, expect, it } from '@jest/globals';
import type { ApprovalState, MergeRequestChanged } from '@auditmesh/events';
import type { Json } from '@auditmesh/policies';
import { sampleApproval, sampleMergeRequest } from '@auditmesh/testing';
import fc from 'fast-check';
import { readApprovalPolicy, type ApprovalPolicy } from './approval-policy.js';
import { isStale, tell, type Told } from './telling.js';
import { verdictOf } from './verdict.js';

const any = { type: 'any_merge_request', branch_type: 'protected', commits: 'any' };
const scan = { type: 'scan_finding', branch_type: 'protected', scanners: ['sast'] };
const asking = (name: string, count: number, more: object = {}) =>
  readApprovalPolicy(42, {
    type: 'approval_policy',
    name,
    content: {
      name,
      rules: [any],
      actions: [{ type: 'require_approval', approvals_required: count }],
      ...more,
    } as { [name: string]: Json },
  });

/** A merge request over time, as a task sees it. */
class Story {
  state: ApprovalState | undefined;
  policies: ApprovalPolicy[] = [asking('One', 1), asking('Two', 2)];
  private sequence = 0;

  /** @returns what is told, in short */
  take(change: Partial<MergeRequestChanged> = {}): string[] {
    const facts = sampleMergeRequest({ sequence: ++this.sequence, ...change });
    if (isStale(this.state, facts)) return ['nothing new'];
    const verdicts = this.policies.flatMap((policy) => verdictOf(policy, facts, null) ?? []);
    const { state, told } = tell(this.state, facts, verdicts, facts.sequence);
    this.state = structuredClone(state);
    return told.map(lineOf);
  }

  approvedBy(...names: string[]): string[] {
    return this.take({ approvals: names.map((name) => sampleApproval(name)) });
  }
}

const lineOf = (told: Told): string =>
  'verdict' in told ? `${told.kind} ${told.verdict.policy.name}` : told.kind;

describe('what is told of a merge request', () => {
  it('is each policy that it breaks, once, for as long as its violations stay the same', () => {
    const story = new Story();
    expect(story.take({ change: 'opened' })).toEqual(['detected One', 'detected Two']);
    expect(story.take()).toEqual([]);
    expect(story.approvedBy('ben')).toEqual([]);
    expect(story.approvedBy('ben', 'cleo')).toEqual(['resolved']);
    expect(story.take()).toEqual(['detected One', 'detected Two']);
  });

  it('is nothing of one that breaks none', () => {
    const story = new Story();
    expect(story.approvedBy('ben', 'cleo')).toEqual([]);
    story.policies = [];
    expect(story.take()).toEqual([]);
  });

  it('is a policy again when its violations are others, also when they are fewer', () => {
    const story = new Story();
    const rules = [any, { ...any, commits: 'unsigned' }];
    const unsigned = [{ ...sampleMergeRequest().commits[0]!, signed: false }];
    story.policies = [asking('Both', 1, { rules })];
    expect(story.take({ commits: unsigned })).toEqual(['detected Both']);
    expect(story.take()).toEqual(['detected Both']);
    expect(story.take()).toEqual([]);
  });

  it('tells apart that findings are missing and that there are some', () => {
    const story = new Story();
    story.policies = [asking('Scans', 1, { rules: [scan] })];
    const scans = [{ scanner: 'sast', status: 'success' }];
    const critical = { scanner: 'sast', severity: 'critical', state: 'new_needs_triage', count: 1 };
    const findings = [{ ...critical, false_positive: false, fix_available: false, detected_at: null }];
    expect(story.take()).toEqual(['detected Scans']);
    expect(story.take({ scans, findings })).toEqual(['detected Scans']);
    expect(story.take({ scans })).toEqual(['resolved']);
  });

  it('stays as it was while scans run', () => {
    const story = new Story();
    story.policies = [asking('Scans', 1, { rules: [scan] })];
    const running = { scans: [{ scanner: 'sast', status: 'running' }] };
    expect(story.take(running)).toEqual([]);
    expect(story.take()).toEqual(['detected Scans']);
    expect(story.take(running)).toEqual([]);
    expect(story.take()).toEqual([]);
    expect(story.take({ ...running, approvals: [sampleApproval('ben')] })).toEqual(['resolved']);
  });

  it('is resolved also when the policy that was broken is gone', () => {
    const story = new Story();
    story.take();
    story.policies = [];
    expect(story.take()).toEqual(['resolved']);
  });

  it('is each merge, and the policies that it broke', () => {
    const story = new Story();
    story.approvedBy('ben');
    const merge = { change: 'merged', approvals: [sampleApproval('ben')] };
    expect(story.take(merge)).toEqual(['merged', 'merged_with_violations Two']);
    expect(story.state).toMatchObject({ merged: true, violations: [] });
    expect(story.take(merge)).toEqual(['nothing new']);
  });

  it('is a violation first seen at the merge, and then the merge', () => {
    const story = new Story();
    story.policies = [asking('One', 1)];
    expect(story.take({ change: 'merged' })).toEqual([
      'detected One',
      'merged',
      'merged_with_violations One',
    ]);
  });

  it('is a policy that exempts the branches, at the merge only', () => {
    const story = new Story();
    const pair = { source: { pattern: '*' }, target: { name: 'main' } };
    story.policies = [asking('One', 1, { bypass_settings: { branches: [pair] } })];
    expect(story.take()).toEqual([]);
    expect(story.take({ change: 'merged' })).toEqual(['merged', 'branches_exempt One']);
  });

  it('is nothing at the close, and begins anew when it is opened again', () => {
    const story = new Story();
    story.take();
    expect(story.take({ change: 'closed' })).toEqual([]);
    expect(story.state).toMatchObject({ ended_at: 2, violations: [] });
    expect(story.take({ sequence: 1 })).toEqual(['nothing new']);
    expect(story.take({ change: 'opened' })).toEqual(['detected One', 'detected Two']);
    expect(story.state!.ended_at).toBeNull();
  });
});

describe('any course of a merge request', () => {
  const step = fc.record({
    change: fc.constantFrom('opened', 'updated', 'updated', 'updated', 'closed', 'merged'),
    names: fc.subarray(['ben', 'cleo', 'dan']),
    scan: fc.constantFrom('success', 'failed', 'running', null),
    backwards: fc.boolean(),
    repeated: fc.boolean(),
  });
  const policies = [
    asking('One', 1),
    asking('Two', 2),
    asking('Scans', 2, { rules: [scan] }),
    asking('Open', 2, { rules: [scan], fallback_behavior: { fail: 'open' } }),
    asking('Warns', 3, { enforcement_type: 'warn' }),
  ];
  const courses = fc.array(step, { maxLength: 20 });

  const walk = (steps: (typeof step extends fc.Arbitrary<infer T> ? T : never)[], repeating: boolean) => {
    const story = new Story();
    story.policies = policies;
    return steps.flatMap(({ change, names, scan: status, backwards, repeated }, i) => {
      const approvals = names.map((name) => sampleApproval(name));
      const facts: Partial<MergeRequestChanged> = {
        ...{ change, sequence: i + 1, scans: status === null ? [] : [{ scanner: 'sast', status }] },
        approvals: repeating && backwards ? approvals.toReversed() : approvals,
      };
      const told = story.take(facts);
      if (repeating && repeated) {
        expect(story.take(facts)).toEqual(['nothing new']);
        expect(story.take({ ...facts, sequence: i })).toEqual(['nothing new']);
      }
      return told.filter((line) => line !== 'nothing new');
    });
  };

  it('tells the same whatever comes again and in whatever order the approvals are', () => {
    fc.assert(fc.property(courses, (steps) => expect(walk(steps, true)).toEqual(walk(steps, false))));
  });

  it('tells nothing of facts that are as before but for their number', () => {
    fc.assert(
      fc.property(step, ({ names, scan: status }) => {
        const story = new Story();
        story.policies = policies;
        const facts = {
          scans: status === null ? [] : [{ scanner: 'sast', status }],
          approvals: names.map((name) => sampleApproval(name)),
        };
        story.take(facts);
        expect(story.take(facts)).toEqual([]);
      }),
    );
  });

  it('resolves what was detected, and once; and merges once', () => {
    fc.assert(
      fc.property(courses, (steps) => {
        // A close forgets without telling.
        const told = walk(
          steps.filter(({ change }) => change !== 'closed'),
          false,
        );
        const turns = told.filter((line) => line === 'resolved' || line.startsWith('detected'));
        for (const [i, line] of turns.entries())
          if (line === 'resolved') expect(turns[i - 1] ?? 'none').toMatch(/^detected/);
        expect(told.filter((line) => line === 'merged').length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
