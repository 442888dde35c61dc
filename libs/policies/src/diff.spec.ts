import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyChanges } from './apply-changes.js';
import { diffJson } from './diff.js';
import { canonicalText, type Json } from './json.js';

const key = fc.oneof(
  fc.constantFrom('a', 'b', 'a/b', '~1', '', '0', '__proto__', 'constructor'),
  fc.string(),
);
const leaf = fc.oneof(
  fc.constantFrom(null, true, false, 0, 1, '', 'a', '1'),
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
/** Values with few different keys and leaves, so that two of them often share parts. */
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('json'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('json')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const maybe = fc.option(json, { nil: undefined });
const textOf = (value: Json | undefined) => (value === undefined ? undefined : canonicalText(value));

describe('diffJson', () => {
  it('names a changed field by its JSON pointer', () => {
    expect(
      diffJson({ actions: [{ approvals_required: 1 }] }, { actions: [{ approvals_required: 2 }] }),
    ).toEqual([{ path: '/actions/0/approvals_required', before: '1', after: '2' }]);
  });

  it('names a whole value created or deleted once, at the empty path', () => {
    expect(diffJson(undefined, { a: 1 })).toEqual([{ path: '', before: null, after: '{"a":1}' }]);
    expect(diffJson({ a: 1 }, undefined)).toEqual([{ path: '', before: '{"a":1}', after: null }]);
    expect(diffJson(undefined, undefined)).toEqual([]);
  });

  it('tells null from absent', () => {
    expect(diffJson({ a: null }, {})).toEqual([{ path: '/a', before: 'null', after: null }]);
    expect(diffJson({}, { a: null })).toEqual([{ path: '/a', before: null, after: 'null' }]);
  });

  it('reports in the order of the value after, then what is gone', () => {
    const before = { gone: 1, a: 1, b: { x: 1, y: 1 }, last: 1 };
    const after = { b: { y: 2, new: 1 }, a: 2 };
    expect(diffJson(before, after).map(({ path }) => path)).toEqual([
      '/b/y',
      '/b/new',
      '/b/x',
      '/a',
      '/gone',
      '/last',
    ]);
  });

  it('adds elements from the lowest position up and removes them from the highest down', () => {
    expect(diffJson([1], [2, 3, 4]).map(({ path }) => path)).toEqual(['/0', '/1', '/2']);
    expect(diffJson([1, 2, 3], [4]).map(({ path }) => path)).toEqual(['/0', '/2', '/1']);
  });

  it('replaces a value of another kind as a whole', () => {
    expect(diffJson({ a: [1] }, { a: { 0: 1 } })).toEqual([{ path: '/a', before: '[1]', after: '{"0":1}' }]);
  });

  it('escapes keys and sees those that objects inherit', () => {
    const after = JSON.parse('{"a/b~":1,"__proto__":{"x":1}}') as Json;
    expect(diffJson({}, after)).toEqual([
      { path: '/a~1b~0', before: null, after: '1' },
      { path: '/__proto__', before: null, after: '{"x":1}' },
    ]);
    expect(diffJson({ a: 1 }, { a: 1, constructor: 1 })).toEqual([
      { path: '/constructor', before: null, after: '1' },
    ]);
  });

  it('gives changes that turn the value before into the value after', () => {
    fc.assert(
      fc.property(maybe, maybe, (before, after) => {
        expect(textOf(applyChanges(before, diffJson(before, after)))).toBe(textOf(after));
      }),
      { numRuns: 2000 },
    );
  });

  it('is empty exactly when both are equal', () => {
    fc.assert(
      fc.property(maybe, maybe, (before, after) => {
        expect(diffJson(before, after).length === 0).toBe(textOf(before) === textOf(after));
        expect(diffJson(before, structuredClone(before))).toEqual([]);
      }),
    );
  });
});
