import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Document, isMap, visit } from 'yaml';
import {
  applyChanges,
  canonicalText,
  type Change,
  identityText,
  type Json,
  type JsonObject,
  type Policy,
  policyTypes,
} from '@auditmesh/policies';
import { changesOfPush } from './push.js';
import { escapeText } from '@auditmesh/events';

const text = fc.oneof(
  fc.constantFrom(
    'a',
    'yes',
    'null',
    '1',
    '1e3',
    '.inf',
    '<<',
    '__proto__',
    'constructor',
    '2026-11-20',
    '10:30',
  ),
  fc.constantFrom(
    '\0',
    '\ud800',
    '\\u0000',
    '😀',
    ' lead',
    'a\nb\n\n',
    '\t',
    '\r\n',
    '\u2028',
    '# no',
    '*a',
    '!x',
  ),
  fc.string({ unit: 'binary' }),
  fc.string(),
);
/** The library writes the key `<<` without quotes, which makes it a merge key. */
const key = text.filter((value) => value !== '<<');
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(
      text,
      fc.constantFrom(null, true, false, 0, -1.5),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('json')), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const rule = fc.record({ type: fc.constantFrom('scan_finding', 'license_finding'), n: fc.nat(2) });
const name = fc.oneof(
  fc.constantFrom('A', 'B', 'C'),
  text.filter((value) => value !== ''),
);
const policy: fc.Arbitrary<Policy> = fc
  .tuple(
    fc.constantFrom(...policyTypes),
    name,
    fc.array(rule, { maxLength: 3 }),
    fc.option(json),
    fc.boolean(),
  )
  .map(([type, called, rules, extra, enabled]) => ({
    type,
    name: called,
    content: { name: called, enabled, rules, ...(extra === null ? {} : { extra }) },
  }));
const policies = fc.uniqueArray(policy, { maxLength: 6, selector: identityText });

/** How a file may be written without meaning anything else. */
const formatting = fc.record({
  indent: fc.integer({ min: 1, max: 8 }),
  collectionStyle: fc.constantFrom('any' as const, 'block' as const, 'flow' as const),
  defaultStringType: fc.constantFrom('PLAIN' as const, 'QUOTE_SINGLE' as const, 'QUOTE_DOUBLE' as const),
  folded: fc.boolean(),
  comments: fc.boolean(),
  reverse: fc.boolean(),
  windows: fc.boolean(),
  start: fc.constantFrom('', '\ufeff', '---\n', '# a\n\n--- # b\n'),
});
type Formatting = typeof formatting extends fc.Arbitrary<infer T> ? T : never;
const usual: Formatting = {
  ...{ indent: 2, collectionStyle: 'any', defaultStringType: 'PLAIN', folded: false },
  ...{ comments: false, reverse: false, windows: false, start: '' },
};

/** Folds only texts without escapes, since the library tears the others apart. */
function write(
  list: Policy[],
  { comments, reverse, windows, folded, start, ...options }: Formatting = usual,
): string {
  const byType = Map.groupBy(list, ({ type }) => type);
  const file = Object.fromEntries(
    [...byType].map(([type, all]) => [type, all.map(({ content }) => content)]),
  );
  const document = new Document(byType.size > 0 ? file : { approval_policy: [] }, {
    version: '1.1',
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Collection: (_, node) => {
      if (reverse && isMap(node)) node.items.reverse();
      if (comments) node.commentBefore = ' comment: [';
    },
  });
  const lineWidth = folded && !JSON.stringify(list).includes('\\') ? 40 : 0;
  const written = start + document.toString({ ...options, lineWidth });
  return windows && options.defaultStringType === 'QUOTE_DOUBLE' ? written.replaceAll('\n', '\r\n') : written;
}

function escapeAll(value: Json): Json {
  if (typeof value === 'string') return escapeText(value);
  if (Array.isArray(value)) return value.map(escapeAll);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [escapeText(key), escapeAll(inner)]));
}

const contents = (list: Policy[]) =>
  list.map(({ type, content }) => `${type} ${canonicalText(content)}`).sort();

function applied(list: Policy[], changes: Change[]): Policy[] {
  const result = new Map(list.map((each) => [identityText(each), each]));
  for (const change of changes) {
    const content = applyChanges(result.get(identityText(change))?.content, change.diff);
    if (content === undefined) result.delete(identityText(change));
    else
      result.set(identityText(change), {
        type: change.type,
        name: change.name,
        content: content as JsonObject,
      });
  }
  return [...result.values()];
}

describe('any two versions of a policy file', () => {
  it('differ by the changes reported', () => {
    fc.assert(
      fc.property(policies, policies, (before, after) => {
        const first = changesOfPush(undefined, { content: write(before) });
        const second = changesOfPush(first.state, { content: write(after) });
        expect(contents(second.state.policies)).toEqual(
          contents(after.map((each) => ({ ...each, content: escapeAll(each.content) as JsonObject }))),
        );
        expect(contents(applied(first.state.policies, second.changes))).toEqual(
          contents(second.state.policies),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('differ by no change where only the formatting differs', () => {
    fc.assert(
      fc.property(policies, formatting, (list, format) => {
        const first = changesOfPush(undefined, { content: write(list) });
        const second = changesOfPush(first.state, { content: write(list, format) });
        expect(second.invalidated).toBeNull();
        expect(second.changes).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('differ by the same changes whatever lies between them is invalid', () => {
    fc.assert(
      fc.property(policies, policies, (before, after) => {
        const first = changesOfPush(undefined, { content: write(before) });
        const broken = changesOfPush(first.state, { content: '{' });
        expect(changesOfPush(broken.state, { content: write(after) }).changes).toEqual(
          changesOfPush(first.state, { content: write(after) }).changes,
        );
      }),
    );
  });

  it('differ by renames that name each other', () => {
    fc.assert(
      fc.property(policies, policies, (before, after) => {
        const first = changesOfPush(undefined, { content: write(before) });
        const { changes } = changesOfPush(first.state, { content: write(after) });
        for (const { kind, type, name: own, renamed_from, renamed_to } of changes) {
          if (renamed_from !== null) expect(kind).toBe('create');
          if (renamed_to === null) continue;
          expect(kind).toBe('delete');
          expect(
            changes.filter((c) => c.type === type && c.name === renamed_to && c.renamed_from === own),
          ).toHaveLength(1);
        }
      }),
    );
  });
});
