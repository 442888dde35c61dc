import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalText, type Json } from './json.js';
import { ruleChanges } from './rules.js';

const none = { created: [], updated: [], deleted: [] };
const scan = (allowed: number) => ({ type: 'scan_finding', vulnerabilities_allowed: allowed });
const license = { type: 'license_finding' };

describe('ruleChanges', () => {
  it('sees no change in rules that only moved or have their keys in another order', () => {
    expect(
      ruleChanges([scan(1), license], [license, { vulnerabilities_allowed: 1, type: 'scan_finding' }]),
    ).toEqual(none);
  });

  it('reports an edited rule at its position after the change', () => {
    expect(ruleChanges([scan(1), license], [license, scan(2)])).toEqual({ ...none, updated: [1] });
  });

  it('prefers a rule of the same type as the one that was edited', () => {
    expect(ruleChanges([license, scan(1)], [scan(2)])).toEqual({ ...none, updated: [0], deleted: [0] });
    expect(ruleChanges([scan(1)], [{ ...license, x: 1 }, scan(2)])).toEqual({
      ...none,
      updated: [1],
      created: [0],
    });
  });

  it('takes a rule of another type for an edit where no other is left', () => {
    expect(ruleChanges([scan(1)], [license])).toEqual({ ...none, updated: [0] });
  });

  it('pairs repeated equal rules one by one', () => {
    expect(ruleChanges([license, license], [license])).toEqual({ ...none, deleted: [1] });
    expect(ruleChanges([license], [license, license, license])).toEqual({ ...none, created: [1, 2] });
  });

  it('counts all rules of a policy created or deleted', () => {
    expect(ruleChanges(undefined, [license, scan(1)])).toEqual({ ...none, created: [0, 1] });
    expect(ruleChanges([license, scan(1)], undefined)).toEqual({ ...none, deleted: [0, 1] });
  });

  it.each([[null], ['text'], [{ 0: 'a' }], [7]])('takes %j for no rules', (value) => {
    expect(ruleChanges(value, value)).toEqual(none);
    expect(ruleChanges(value, [license])).toEqual({ ...none, created: [0] });
  });

  it('accounts for every rule before and after exactly once', () => {
    const rule = fc.oneof(
      fc.constantFrom<Json>(null, 1, 'a', [], {}),
      fc.record({ type: fc.constantFrom('a', 'b', 1, null), x: fc.nat(2) }),
    );
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 8 }), fc.array(rule, { maxLength: 8 }), (before, after) => {
        const { created, updated, deleted } = ruleChanges(before, after);
        const changed = new Set([...created, ...updated]);
        expect(changed.size).toBe(created.length + updated.length);
        expect(before.length - deleted.length).toBe(after.length - created.length);
        expect(created.length === 0 || deleted.length === 0).toBe(true);
        const left = before.map(canonicalText);
        const unchanged = after.filter((_, position) => !changed.has(position)).map(canonicalText);
        for (const text of unchanged) expect(left.splice(left.indexOf(text), 1)).toEqual([text]);
        for (const position of changed) expect(left).not.toContain(canonicalText(after[position]!));
      }),
      { numRuns: 500 },
    );
  });
});
