import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalText, equalJson, field, type Json, pointer, pointerSteps, without } from './json.js';

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

describe('canonicalText', () => {
  it('is the same whatever the order of keys, at any depth', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalText(reversed(value))).toBe(canonicalText(value));
      }),
    );
  });

  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalText(JSON.parse(canonicalText(value)) as Json)).toBe(canonicalText(value));
      }),
    );
  });

  it('tells a list from its elements in another order and a number from its digits', () => {
    expect(equalJson([1, 2], [2, 1])).toBe(false);
    expect(equalJson(1, '1')).toBe(false);
    expect(equalJson({ a: null }, {})).toBe(false);
  });
});

describe('field', () => {
  it('finds own keys only, also those that objects inherit', () => {
    expect(field({}, '__proto__')).toBeUndefined();
    expect(field({}, 'constructor')).toBeUndefined();
    expect(field(JSON.parse('{"__proto__":{"a":1}}') as Json, '__proto__')).toEqual({ a: 1 });
  });

  it('finds nothing in what is no object', () => {
    expect([field(undefined, 'a'), field(null, 'a'), field([1], '0'), field('text', 'length')]).toEqual(
      Array(4).fill(undefined),
    );
  });

  it('is gone from the object without it', () => {
    const object = JSON.parse('{"__proto__":1,"a":2}') as Record<string, Json>;
    expect(canonicalText(without(object, 'a'))).toBe('{"__proto__":1}');
    expect(canonicalText(without(object, '__proto__'))).toBe('{"a":2}');
  });
});

describe('pointer', () => {
  it('escapes as RFC 6901 asks', () => {
    expect(pointer('/m~n', 'a/b~c')).toBe('/m~n/a~1b~0c');
    expect(pointer('', '')).toBe('/');
    expect(pointer('/rules', 0)).toBe('/rules/0');
  });

  it('gives back the steps it was made of', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (steps) => {
        expect(pointerSteps(steps.reduce(pointer, ''))).toEqual(steps);
      }),
    );
  });
});
