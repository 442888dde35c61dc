import { describe, expect, it } from '@jest/globals';
import { Catalog } from '@auditmesh/events';
import fc from 'fast-check';
import { brokenFacts, completeFacts, factsWith, fittingExpressions } from '../arbitraries/expressions.js';
import { compileControl } from './control.js';
import { vocabularyOf } from './control-set.js';
import { evaluate, type Result } from './evaluate.js';
import type { Facts } from './facts.js';
import { ownControls } from './own-controls.js';

const runs = Number(process.env.FUZZ_RUNS ?? 2_000);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Far above what one evaluation may take by design, since the machine may be busy. */
const HANGS_MS = 20_000;
process.stdout.write(`Expressions by chance: FUZZ_SEED=${seed} FUZZ_RUNS=${runs}\n`);

const vocabulary = vocabularyOf(new Catalog(), ownControls());

/** What means something in CEL, breaks it, or costs time. */
const tokens = fc.constantFrom(
  ...[
    'event',
    'project',
    '.details',
    '.settings',
    '.approvers',
    '.title',
    '.approval_count',
    '.x',
    '["title"]',
  ],
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    '.',
    '?',
    ':',
    '||',
    '&&',
    '!',
    '==',
    '>=',
    '+',
    '-',
    '*',
    '/',
    '%',
    ' in ',
  ],
  ...[
    'true',
    'null',
    '0',
    '1',
    '1u',
    '2.5',
    '1e999',
    '9223372036854775807',
    '0x',
    '"a"',
    "'",
    '"',
    '"""',
    'r"',
    'b"x"',
  ],
  ...[
    '.all(a, ',
    '.exists(a, ',
    '.map(a, ',
    '.filter(a, ',
    '.exists_one(a, ',
    'has(',
    'size(',
    'int(',
    'string(',
  ],
  ...[
    'timestamp("2026-01-01T00:00:00Z")',
    'duration("1h")',
    '.matches("',
    '(a+)+$',
    '(x{999}){999}',
    '.matches(a)',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    '_b0',
    '_d1',
    'cel.bind(',
    'dyn(',
    'type(',
    '//',
    '\n',
    '\\u0000',
    '\ud800',
  ],
);
const soup = fc
  .array(fc.oneof(tokens, fc.string({ maxLength: 3 })), { maxLength: 40 })
  .map((parts) => parts.join(''));
const mutated = fc
  .tuple(
    fittingExpressions,
    fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(8), fc.oneof(tokens, fc.constant(''))),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce((changed, [at, cut, put]) => {
      const start = Math.floor(at * changed.length);
      return changed.slice(0, start) + put + changed.slice(start + cut);
    }, text),
  );
const repeated = fc
  .tuple(
    fc.constantFrom('(', '!', '-', '[', 'event.', 'a.all(a, ', '1+', '"a"+', 'true?', 'has('),
    fc.integer({ min: 1, max: 900 }),
  )
  .map(([part, times]) => part.repeat(times));
const nested = fc
  .array(fc.constantFrom('exists', 'all', 'map', 'filter', 'exists_one'), { minLength: 1, maxLength: 4 })
  .map((names) =>
    names.reduceRight((body, name, at) => `event.details.approvers.${name}(v${at}, ${body})`, 'v0 != "x"'),
  );
const expression = fc.oneof(
  { arbitrary: fittingExpressions, weight: 3 },
  { arbitrary: mutated, weight: 4 },
  { arbitrary: soup, weight: 3 },
  { arbitrary: repeated, weight: 1 },
  { arbitrary: nested, weight: 1 },
);
const long = 'a'.repeat(1_000);
/** By number, so that a failure does not print them. */
const heavyFacts = [
  factsWith({ 'event.details.approvers': Array.from({ length: 1_000 }, (_, at) => `user-${at}`) }),
  factsWith({
    'event.details.approvers': Array.from({ length: 100 }, () => long),
    'event.details.title': long,
  }),
  factsWith({ 'event.details': JSON.parse('{"__proto__":{"title":"x"},"approvers":[[[]]]}') as unknown }),
];

describe('an expression made by chance', () => {
  it('is refused with a reason and a place, or answers in time whatever it is given', () => {
    const seen = { refused: 0, pass: 0, fail: 0, indeterminate: 0 };
    let slowest = { ms: 0, text: '' };
    fc.assert(
      fc.property(
        expression,
        fc.oneof(completeFacts, brokenFacts, fc.nat(heavyFacts.length - 1)),
        (text, given) => {
          const facts = typeof given === 'number' ? heavyFacts[given]! : given;
          const began = performance.now();
          const outcome = tried(text, facts);
          const took = performance.now() - began;
          if (took > slowest.ms) slowest = { ms: Math.round(took), text: text.slice(0, 200) };
          seen[outcome]++;
          expect(took).toBeLessThan(HANGS_MS);
        },
      ),
      { numRuns: runs, seed, endOnFailure: runs > 2_000 },
    );
    process.stdout.write(`${JSON.stringify({ ...seen, slowest })}\n`);
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(runs / 200);
  });
});

function tried(text: string, facts: Facts): Result | 'refused' {
  const file = {
    ...{ name: 'tried', title: 'Tried', description: 'A control that is tried out', severity: 'low' },
    ...{ evaluated: 'events', triggers: ['merge_request_merged'], expression: text },
  };
  const { control, problems } = compileControl('tried.yml', JSON.stringify(file), vocabulary);
  for (const { message, line, column } of problems) {
    expect(message).toMatch(/^[^\n\0]+\.$/);
    if (!/undefined|\[object|otherwise|_[a-z]\d/.test(text))
      expect(message).not.toMatch(/undefined|\[object|otherwise|_[a-z]\d/);
    expect(line === 1 && column! >= 1).toBe(true);
  }
  expect(problems.length > 0).toBe(control === null);
  if (!control) return 'refused';
  const { result, reason } = evaluate(control, facts);
  expect(reason === null).toBe(result !== 'indeterminate');
  return result;
}
