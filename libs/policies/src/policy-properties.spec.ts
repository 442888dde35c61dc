import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Document, isCollection, isMap, isScalar, isSeq, visit } from 'yaml';
import { escapeText } from '@auditmesh/events';
import { corpus } from '../corpus/corpus.js';
import { applyChanges } from './apply-changes.js';
import { canonicalText, type Json, type JsonObject } from './json.js';
import { type Change, policyChanges } from './policy-changes.js';
import { readPolicyFile } from './policy-file.js';
import { identityText, type Policy, policyTypes } from './policy.js';

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
/**
 * The library writes the key `<<` without quotes, which makes it a merge key. And after an object with a key that ends
 * with a backslash, the JSON.parse of Node 24 (not 20) reads a key with an escape in that place as the same.
 */
const key = text.filter((value) => value !== '<<' && !value.endsWith('\\'));
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
  anchors: fc.boolean(),
  /** What the order of keys, and of policies, is taken from. */
  order: fc.nat(),
  windows: fc.boolean(),
  start: fc.constantFrom('', '\ufeff', '---\n', '# a\n\n--- # b\n'),
});
type Formatting = typeof formatting extends fc.Arbitrary<infer T> ? T : never;
const usual: Formatting = {
  ...{ indent: 2, collectionStyle: 'any', defaultStringType: 'PLAIN', folded: false },
  ...{ comments: false, anchors: false, order: 0, windows: false, start: '' },
};

function write(list: Policy[], format: Formatting = usual): string {
  const byType = Map.groupBy(list, ({ type }) => type);
  const file = [...byType].map(([type, all]) => [type, all.map(({ content }) => content)]);
  return writeFile(file.length > 0 ? Object.fromEntries(file) : { approval_policy: [] }, format);
}

/** Folds only texts without escapes and not in double quotes, since the library tears the others apart. */
function writeFile(
  file: Json,
  { comments, anchors, order, windows, folded, start, ...options }: Formatting,
): string {
  const document = new Document(file, { version: '1.1', aliasDuplicateObjects: false });
  visit(document, {
    Collection: (_, node, path) => {
      if (isMap(node) || (isSeq(node) && path.length === 3)) shuffle(node.items as unknown[], order);
      if (comments) node.commentBefore = ' comment: [';
    },
  });
  if (anchors) shareEqual(document);
  const foldable = options.defaultStringType !== 'QUOTE_DOUBLE' && !JSON.stringify(file).includes('\\');
  const lineWidth = folded && foldable ? 40 : 0;
  const written = start + document.toString({ ...options, lineWidth });
  return windows && options.defaultStringType === 'QUOTE_DOUBLE' ? written.replaceAll('\n', '\r\n') : written;
}

function shuffle(list: unknown[], order: number): void {
  if (order === 0) return;
  for (let at = list.length - 1; at > 0; at--) {
    const other = (order * (at + 7)) % (at + 1);
    [list[at], list[other]] = [list[other], list[at]];
  }
}

/** Puts an alias for every value that the document has had before. */
function shareEqual(document: Document): void {
  const first = new Map<string, string>();
  visit(document, {
    Node: (key, node) => {
      if (key === 'key' || !(isCollection(node) || isScalar(node))) return undefined;
      const text = JSON.stringify(node.toJSON());
      const anchor = first.get(text);
      if (anchor !== undefined)
        return document.createAlias(Object.assign(document.createNode(null), { anchor }));
      if (first.size < 5) first.set(text, (node.anchor = `a${first.size}`));
      return undefined;
    },
  });
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

function read(content: string): Policy[] {
  const file = readPolicyFile(content);
  if (!file.valid) throw new Error(`${JSON.stringify(file.errors)}\n${content}`);
  return file.policies.map(({ type, name, content }) => ({ type, name, content }));
}

describe('any two versions of a policy file', () => {
  it('differ by the changes reported', () => {
    fc.assert(
      fc.property(policies, policies, (before, after) => {
        const [first, second] = [read(write(before)), read(write(after))];
        expect(contents(second)).toEqual(
          contents(after.map((each) => ({ ...each, content: escapeAll(each.content) as JsonObject }))),
        );
        expect(contents(applied(first, policyChanges(first, second)))).toEqual(contents(second));
      }),
      { numRuns: 1000 },
    );
  });

  it('differ by no change where only the formatting differs', () => {
    fc.assert(
      fc.property(policies, formatting, (list, format) => {
        expect(policyChanges(read(write(list)), read(write(list, format)))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('differ by renames that name each other', () => {
    fc.assert(
      fc.property(policies, policies, (before, after) => {
        const changes = policyChanges(read(write(before)), read(write(after)));
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

  it('differ by changes that those of the way back undo', () => {
    fc.assert(
      fc.property(policies, policies, (before, after) => {
        const [first, second] = [read(write(before)), read(write(after))];
        const there = applied(first, policyChanges(first, second));
        expect(contents(applied(there, policyChanges(second, first)))).toEqual(contents(first));
      }),
      { numRuns: 300 },
    );
  });
});

describe('the policy files of the corpus', () => {
  const files = [...corpus('valid'), ...corpus('odd')].map(({ content }) => content);

  it('differ from one another by the changes reported', () => {
    for (const before of files.map(read))
      for (const after of files.map(read))
        expect(contents(applied(before, policyChanges(before, after)))).toEqual(contents(after));
  });

  it('mean the same however they are written', () => {
    fc.assert(
      fc.property(fc.constantFrom(...files), formatting, (content, format) => {
        const before = read(content);
        expect(policyChanges(before, read(write(before, format)))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
