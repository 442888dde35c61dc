import { describe, expect, it } from '@jest/globals';
import { Catalog } from '@auditmesh/events';
import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import {
  brokenFacts,
  completeFacts,
  factsWith,
  fieldPaths,
  fittingExpressions,
} from '../arbitraries/expressions.js';
import { celOf, type Comparison } from './comparison.js';
import { compileControl, type Control } from './control.js';
import { vocabularyOf } from './control-set.js';
import { evaluate, evaluateLightly } from './evaluate.js';
import { ownControls } from './own-controls.js';

const vocabulary = vocabularyOf(new Catalog(), ownControls());

function controlOf(expression: string | Comparison): Control {
  const file = {
    name: 'tried',
    title: 'Tried',
    description: 'A control that is tried out',
    evaluated: 'events',
    triggers: ['merge_request_merged'],
    severity: 'low',
    expression,
  };
  const { control, problems } = compileControl('tried.yml', JSON.stringify(file), vocabulary);
  if (!control) throw new Error(`${JSON.stringify(expression)}: ${problems[0]!.message}`);
  return control;
}

describe('a control', () => {
  it('says what CEL says of the facts as a whole', () => {
    const cel = new Environment();
    for (const name of ['event', 'project']) cel.registerVariable(name, 'map<string, dyn>');
    fc.assert(
      fc.property(fittingExpressions, completeFacts, (expression, facts) => {
        const direct = attempt(() => cel.evaluate(expression, bigints(facts) as Record<string, unknown>));
        const { result } = evaluate(controlOf(expression), facts);
        expect(result).toBe(direct === true ? 'pass' : direct === false ? 'fail' : 'indeterminate');
      }),
    );
  });

  it('never throws, says why it has no answer, and keeps the values of all that does not pass', () => {
    const seen = { pass: 0, fail: 0, indeterminate: 0 };
    fc.assert(
      fc.property(fittingExpressions, brokenFacts, (expression, facts) => {
        const control = controlOf(expression);
        const whole = evaluate(control, facts);
        const { result, reason, values } = evaluateLightly(control, facts);
        seen[result]++;
        expect(whole).toEqual({ ...whole, result, reason });
        expect(values).toEqual(result === 'pass' ? null : whole.values);
        if (result === 'indeterminate') expect(reason).toMatch(/^\S[^\n]+\.$/);
        else expect(reason).toBeNull();
      }),
      { numRuns: 500 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
  });

  it('keeps exactly what it reads: those values alone give the same answer, and each is named', () => {
    fc.assert(
      fc.property(fittingExpressions, brokenFacts, (expression, facts) => {
        const control = controlOf(expression);
        const { result, reason, values } = evaluate(control, facts);
        expect(evaluate(control, factsWith(values))).toMatchObject({ result, reason, values });
        const written = expression.replaceAll('["approving_author"]', '.approving_author');
        const named = new Set(fieldPaths.filter((path) => written.includes(path)));
        expect(new Set(Object.keys(values))).toEqual(named);
      }),
    );
  });

  it('gives the same answer again, whatever was evaluated between', () => {
    fc.assert(
      fc.property(
        fc.array(fittingExpressions, { minLength: 2, maxLength: 6 }),
        fc.array(fc.oneof(completeFacts, brokenFacts), { minLength: 2, maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        (expressions, facts, chance) => {
          const controls = expressions.map(controlOf);
          const pairs = controls.flatMap((control) => facts.map((each) => ({ control, facts: each })));
          const first = pairs.map((pair) => evaluate(pair.control, pair.facts));
          const order = pairs
            .map((_, at) => ({ at, key: chance.next().value! }))
            .sort((a, b) => a.key - b.key);
          for (const { at } of order) {
            const fresh = controlOf(pairs[at]!.control.expression!);
            expect(evaluate(pairs[at]!.control, pairs[at]!.facts)).toEqual(first[at]);
            expect(evaluate(fresh, pairs[at]!.facts).result).toBe(first[at]!.result);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('the form of ADR 005', () => {
  const operators = {
    '=': (a, b) => a === b,
    '!=': (a, b) => a !== b,
    '>': (a, b) => a > b,
    '<': (a, b) => a < b,
    '>=': (a, b) => a >= b,
    '<=': (a, b) => a <= b,
  } satisfies Record<Comparison['operator'], (a: number | string, b: number | string) => boolean>;
  const operator = fc.constantFrom(...(Object.keys(operators) as Comparison['operator'][]));
  const text = fc.oneof(fc.string({ unit: 'grapheme-ascii' }), fc.constantFrom('main', '"', '\\', "'\n"));

  it('says the same as the comparison itself', () => {
    fc.assert(
      fc.property(operator, fc.integer(), fc.integer(), (each, given, value) => {
        const control = controlOf({ field: 'event.details.approval_count', operator: each, value });
        const facts = factsWith({ 'event.details.approval_count': given });
        expect(evaluate(control, facts).result).toBe(operators[each](given, value) ? 'pass' : 'fail');
      }),
    );
    fc.assert(
      fc.property(operator, text, text, (each, given, value) => {
        const control = controlOf({ field: 'event.details.target_branch', operator: each, value });
        const facts = factsWith({ 'event.details.target_branch': given });
        expect(evaluate(control, facts).result).toBe(operators[each](given, value) ? 'pass' : 'fail');
      }),
    );
  });

  it('takes a bare name for a setting of the project', () => {
    expect(celOf({ field: 'scanner_sast_running', operator: '=', value: true })).toBe(
      'project.settings.scanner_sast_running == true',
    );
    expect(celOf({ field: 'project.path', operator: '!=', value: 'a"b' })).toBe('project.path != "a\\"b"');
    expect(celOf({ field: 'ratio', operator: '>', value: 0.5 })).toBe('project.settings.ratio > 0.5');
  });
});

function attempt(evaluation: () => unknown): unknown {
  try {
    return evaluation();
  } catch (error) {
    return error;
  }
}

/** CEL's whole numbers are BigInts. */
function bigints(value: unknown): unknown {
  if (typeof value === 'number') return BigInt(value);
  if (Array.isArray(value)) return value.map(bigints);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, bigints(each)]));
}
