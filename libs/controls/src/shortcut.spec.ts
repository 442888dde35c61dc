import { describe, expect, it } from '@jest/globals';
import { Catalog } from '@auditmesh/events';
import fc from 'fast-check';
import { brokenFacts, completeFacts, factsWith, fittingExpressions } from '../arbitraries/expressions.js';
import { parse } from './cel.js';
import { vocabularyOf } from './control-set.js';
import { checkExpression } from './expression-check.js';
import type { Facts } from './facts.js';
import { ownControls } from './own-controls.js';
import { compileExpression, Program } from './program.js';
import { shortcutOf } from './shortcut.js';
import { rootsOf } from './vocabulary.js';

const vocabulary = vocabularyOf(new Catalog(), ownControls());

function programOf(text: string, type = 'merge_request_merged'): Program {
  const program = compileExpression(text, [{ of: type, shape: rootsOf(vocabulary, type) }]);
  if (!(program instanceof Program)) throw new Error(`${text}: ${program[0]!.message}`);
  return program;
}

/** What the shortcut alone says; `none` if there is no shortcut. */
function shortly(text: string, facts: Facts, type = 'merge_request_merged'): unknown {
  const parsed = parse(text);
  if ('message' in parsed) throw new Error(parsed.message);
  const { reads } = checkExpression(text, parsed.node, rootsOf(vocabulary, type));
  const shortcut = shortcutOf(parsed.node, reads);
  return shortcut ? shortcut(facts, undefined) : 'none';
}

const details = (values: object): Facts => factsWith({ 'event.details': values });

describe('the shortcut of an expression', () => {
  it('says what CEL says, of complete facts and of broken ones', () => {
    const seen = { true: 0, false: 0, undefined: 0, none: 0 };
    fc.assert(
      fc.property(fittingExpressions, fc.oneof(completeFacts, brokenFacts), (text, facts) => {
        const program = programOf(text);
        expect(program.answer(facts)).toEqual(program.celAnswer(facts));
        const said = shortly(text, facts);
        seen[String(said) as keyof typeof seen]++;
        if (typeof said === 'boolean') expect(said).toBe(program.celAnswer(facts));
      }),
      { numRuns: 2_000 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
  });

  it.each([
    ['event.details.approval_count >= 2', { approval_count: 3 }, true],
    [
      'event.details.approval_count >= event.details.required_approvals',
      { approval_count: 1, required_approvals: 2 },
      false,
    ],
    ['size(event.details.title) == 3', { title: 'a\u{1F600}b' }, true],
    ['event.details.target_branch in ["main", "dev"]', { target_branch: 'dev' }, true],
    ['"ann" in event.details.approvers', { approvers: ['ben'] }, false],
    ['event.details.approvers.exists(a, a.startsWith("lead-"))', { approvers: ['ben', 'lead-1'] }, true],
    ['event.details.approvers.all(a, size(a) < 4)', { approvers: ['ben', 'lead-1'] }, false],
    [
      '!event.details.approving_author && size(event.details.approving_committers) == 0',
      { approving_author: false, approving_committers: [] },
      true,
    ],
  ])('answers %s', (text, values, answer) => {
    expect(shortly(text, details(values))).toBe(answer);
  });

  it('goes through lists of mappings', () => {
    const text = 'event.details.diff.exists(d, d.path.startsWith("/rules"))';
    const diff = [{ path: '/actions', before: 1 }, { path: '/rules/0' }];
    expect(shortly(text, details({ diff }), 'security_policy_update')).toBe(true);
    expect(shortly(text, details({ diff: [{ path: 1 }] }), 'security_policy_update')).toBeUndefined();
    expect(shortly(text, details({ diff: [null] }), 'security_policy_update')).toBeUndefined();
  });

  it.each([
    ['event.details.approval_count >= 2', {}],
    ['event.details.approval_count >= 2', { approval_count: '2' }],
    ['event.details.approval_count >= 2', { approval_count: 2.5 }],
    ['"ann" in event.details.approvers', { approvers: ['ann', null] }],
    [
      'event.details.approvers.exists(a, a == "ann")',
      { approvers: Array.from({ length: 1_001 }, () => 'ann') },
    ],
    ['event.details.title.matches("^x")', { title: 'x'.repeat(1_001) }],
  ])('leaves %s to CEL where the value does not fit', (text, values) => {
    expect(shortly(text, details(values))).toBeUndefined();
  });

  it('takes no inherited field for an own one', () => {
    const facts = details({ title: 'x' });
    for (const name of ['constructor', 'toString', '__proto__'])
      expect(shortly(`event.details.${name} == "x"`, facts, 'variable_viewed_elsewhere')).toBe('none');
    expect(
      shortly('event.details.length == 1', factsWith({ 'event.details': 'x' }), 'variable_viewed_elsewhere'),
    ).toBeUndefined();
  });
});
