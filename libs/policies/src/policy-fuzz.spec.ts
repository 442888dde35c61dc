import { describe, expect, it } from '@jest/globals';
import { noEntity, type DirectoryEntry } from '@auditmesh/events';
import fc from 'fast-check';
import { corpus } from '../corpus/corpus.js';
import { applyChanges } from './apply-changes.js';
import { Directory } from './directory.js';
import { policySchemas } from './generated/schemas.js';
import { canonicalText, type Json } from './json.js';
import { policyChanges } from './policy-changes.js';
import { readPolicyFile } from './policy-file.js';
import { identityText, policyTypes } from './policy.js';
import { affectedBy } from './scope.js';

const runs = Number(process.env.FUZZ_RUNS ?? 2_000);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
process.stdout.write(`Policy files by chance: FUZZ_SEED=${seed} FUZZ_RUNS=${runs}\n`);

const texts = (['valid', 'odd', 'invalid'] as const)
  .flatMap(corpus)
  .map(({ content }) => content.replace(/^(?:#! .*\n)+/, ''));
/** Those that a chance edit is likely to leave readable come more often. */
const sources = [...texts, ...texts.filter((text) => readPolicyFile(text).valid)];

/** What means something in YAML, breaks it, or has surprised a reader before. */
const tokens = fc.constantFrom(
  ...['\n', '\r\n', '\t', '  ', '- ', ': ', ':', '? ', '#', '"', "'", '|', '>', '&a ', '*a', '*base', '<<: '],
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '\0',
    '\\',
    '\ud800',
    '\u2028',
    '\ufeff',
    '😀',
    '~',
  ],
  ...[
    'name:',
    'approval_policy:\n',
    '__proto__: ',
    '.nan',
    '1e999',
    '"\\u0000"',
    '!<',
    '@',
    '`',
    '%',
    '!!int ',
  ],
);
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(60)),
  text: fc.oneof(tokens, fc.constant(''), fc.string({ maxLength: 3 })),
  copy: fc.boolean(),
});
const mutated = fc
  .tuple(fc.constantFrom(...sources), fc.array(edit, { minLength: 1, maxLength: 4 }))
  .map(([text, edits]) => edits.reduce(edited, text));

function edited(
  text: string,
  { at, cut, text: inserted, copy }: typeof edit extends fc.Arbitrary<infer T> ? T : never,
) {
  const start = Math.floor(at * text.length);
  const removed = text.slice(start, start + cut);
  return text.slice(0, start) + inserted + (copy ? removed + removed : '') + text.slice(start + cut);
}

/** Files that parse, with fields that are known and values that may fit them. */
const names = [
  ...new Set([...JSON.stringify(policySchemas).matchAll(/"([a-z_]+)":/g)].map(([, name]) => name!)),
];
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<Json>(
      null,
      true,
      0,
      300,
      -1,
      1.5,
      '',
      'main',
      'archived',
      'scan_finding',
      'schedule',
      'sast',
      '02:30',
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 6 }),
  ),
}));
const structured = fc
  .dictionary(
    fc.constantFrom(...policyTypes, 'scan_result_policy'),
    fc.array(
      fc
        .tuple(fc.string({ minLength: 1, maxLength: 3 }), value, value, value)
        .map(([name, rules, policy_scope, actions]) => ({ name, rules, policy_scope, actions })),
      { maxLength: 3 },
    ),
    { minKeys: 1, maxKeys: 2 },
  )
  .map((file) => JSON.stringify(file));
const random = fc.array(fc.oneof(tokens, fc.constantFrom(...names), fc.string({ maxLength: 4 })), {
  maxLength: 40,
});

const content = fc.oneof(
  { arbitrary: mutated, weight: 6 },
  { arbitrary: structured, weight: 3 },
  { arbitrary: random.map((parts) => parts.join('')), weight: 1 },
);

/** A group 1 with the projects 1 and 300; the policy project governs the group. */
function directory(): Directory {
  const none = { tenant: '1', ...noEntity };
  const all = new Directory();
  const put = (key: string, entry: Partial<DirectoryEntry>) => all.apply(key, { ...none, ...entry });
  put('namespace/1', { namespace: { id: 1, path: 'a', parent_id: null, log_shards: 1 } });
  for (const id of [1, 300])
    put(`project/${id}`, {
      project: { id, path: `a/${id}`, namespace_id: 1, archived: id === 1, personal: false, settings: '{}' },
    });
  put('policy-link/namespace/1/42', {
    policy_link: { policy_project_id: 42, namespace_id: 1, project_id: null },
  });
  return all;
}

describe('a policy file made by chance', () => {
  it('is either invalid with a reason and a place, or changes what it says it changes', () => {
    const seen = { valid: 0, odd: 0, invalid: 0, changes: 0 };
    const projects = directory();
    fc.assert(
      fc.property(fc.constantFrom(...sources), content, (earlier, later) => {
        const file = readPolicyFile(later);
        expectReadable(later, file.valid ? file.warnings : file.errors);
        if (!file.valid) {
          seen.invalid++;
          return expect(file.errors.length).toBeGreaterThan(0);
        }
        seen[file.warnings.length ? 'odd' : 'valid']++;
        const text = JSON.stringify(file.policies);
        expect(JSON.parse(text)).toEqual(file.policies);
        expect(text).not.toMatch(/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/);
        expect(file.policies.every(({ name }) => name.length > 0)).toBe(true);

        const before = readPolicyFile(earlier);
        const known = before.valid ? before.policies : [];
        const contents = new Map(known.map((policy) => [identityText(policy), policy.content as Json]));
        const changes = policyChanges(known, file.policies);
        seen.changes += changes.length;
        for (const change of changes) {
          const id = identityText(change);
          const changed = applyChanges(contents.get(id), change.diff);
          if (changed === undefined) contents.delete(id);
          else contents.set(id, changed);
          expect(
            affectedBy(projects, 42, change).projects.every((project) => [1, 300].includes(project)),
          ).toBe(true);
        }
        expect(new Map([...contents].map(([id, json]) => [id, canonicalText(json)]))).toEqual(
          new Map(file.policies.map((policy) => [identityText(policy), canonicalText(policy.content)])),
        );
        expect(policyChanges(file.policies, file.policies)).toEqual([]);
      }),
      { numRuns: runs, seed, endOnFailure: runs > 2_000 },
    );
    process.stdout.write(`${JSON.stringify(seen)}\n`);
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(runs / 200);
  });
});

/** Sentences that people and databases can take, at places that the file has. */
function expectReadable(
  text: string,
  remarks: { message: string; line: number | null; column: number | null }[],
): void {
  const lineCount = text.split('\n').length;
  for (const { message, line, column } of remarks) {
    expect(message).toMatch(/^[^\n\0]+[.…]$/);
    expect(message).not.toMatch(/undefined|\[object|otherwise/);
    expect(message.isWellFormed()).toBe(true);
    expect(line === null || (line >= 1 && line <= lineCount)).toBe(true);
    expect(column === null || column >= 1).toBe(true);
  }
}
