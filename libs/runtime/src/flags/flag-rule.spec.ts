import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide, type FlagRule } from './flag-rule.js';

const FLAG = 'security_policy_audit_events';
const rule = (percentage: number, allow: string[] = [], state: 'on' | 'off' = 'on'): FlagRule => ({
  state,
  percentage,
  allow: new Set(allow),
});
const ids = Array.from({ length: 10_000 }, (_, i) => String(i + 1));
/** Even over the range: fast-check's doubles are mostly tiny. */
const shareUpTo = (max: number) => fc.integer({ min: 0, max: max * 100 }).map((steps) => steps / 100);
const share = shareUpTo(100);
const anyId = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String);
const allowed = fc.array(anyId, { maxLength: 5 });

describe('decide', () => {
  it('keeps in whoever was in when the percentage is raised', () => {
    fc.assert(
      fc.property(share, share, fc.option(anyId), allowed, (a, b, id, allow) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const before = decide(FLAG, rule(low, allow), id).on;
        expect(decide(FLAG, rule(high, allow), id).on || !before).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is off for everybody when the flag is killed', () => {
    fc.assert(
      fc.property(share, fc.option(anyId), allowed, (percentage, id, allow) => {
        const killed = rule(percentage, id === null ? allow : [...allow, id], 'off');
        expect(decide(FLAG, killed, id)).toEqual({ on: false, variant: 'off' });
      }),
      { numRuns: 1_000 },
    );
  });

  it('is on for the allow-list whatever the percentage', () => {
    fc.assert(
      fc.property(shareUpTo(99.99), anyId, (percentage, id) => {
        expect(decide(FLAG, rule(percentage, [id]), id)).toEqual({ on: true, variant: 'allow_list' });
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([0.5, 1, 5, 25, 50, 90])('selects about %d % of 10,000 root namespaces', (percentage) => {
    const selected = ids.filter((id) => decide(FLAG, rule(percentage), id).on).length;
    const p = percentage / 100;
    const deviation = Math.sqrt(ids.length * p * (1 - p));
    expect(Math.abs(selected - ids.length * p)).toBeLessThan(4 * deviation);
  });

  it('selects nobody at 0 and everything at 100, also what belongs to no root namespace', () => {
    expect(ids.filter((id) => decide(FLAG, rule(0), id).on)).toEqual([]);
    for (const id of [...ids, '0', null])
      expect(decide(FLAG, rule(100), id)).toEqual({ on: true, variant: 'on' });
  });

  it('leaves out what belongs to no root namespace below 100', () => {
    for (const id of [null, '0'])
      expect(decide(FLAG, rule(99.99), id)).toEqual({ on: false, variant: 'not_selected' });
  });

  it('selects the same root namespaces in every version', () => {
    const selected = ids.filter((id) => decide(FLAG, rule(0.1), id).variant === 'percentage');
    expect(selected).toEqual(['599', '3093', '3167', '3231', '3263', '3506', '8956']);
  });
});
