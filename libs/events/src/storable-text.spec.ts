import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { escapeText } from './storable-text.js';

/** Pieces that escaping has to tell apart. */
const pieces = fc
  .array(
    fc.constantFrom('\0', '\ud800', '\udfff', '\\', 'u0000', 'ud800', 'u005c', 'uD800', 'u', '😀', 'a', '0'),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

describe('escapeText', () => {
  it.each([
    ['a\0b', 'a\\u0000b'],
    ['\ud83d', '\\ud83d'],
    ['\udc00\ud800', '\\udc00\\ud800'],
    ['\ud800\ud83d\ude00', '\\ud800😀'],
    ['a\\u0000b', 'a\\u005cu0000b'],
    ['C:\\users \\u0041 \\d+', 'C:\\users \\u0041 \\d+'],
    ['plain 😀', 'plain 😀'],
  ])('writes %j as %j', (text, escaped) => expect(escapeText(text)).toBe(escaped));

  it('gives text without NUL and lone surrogates', () => {
    fc.assert(
      fc.property(pieces, (text) => {
        expect(escapeText(text).isWellFormed()).toBe(true);
        expect(escapeText(text)).not.toContain('\0');
      }),
    );
  });

  it('can be undone, so no two texts become equal', () => {
    const undo = (text: string) =>
      text.replaceAll(/\\u(0000|005c|d[89a-f][0-9a-f]{2})/g, (_, code: string) =>
        String.fromCharCode(parseInt(code, 16)),
      );
    fc.assert(
      fc.property(pieces, (text) => {
        expect(undo(escapeText(text))).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});
