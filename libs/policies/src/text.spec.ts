import { describe, expect, it } from '@jest/globals';
import { quoted, sentence } from './text.js';

describe('quoted', () => {
  it('cuts a long text without halving a character', () => {
    expect(quoted(`${'a'.repeat(99)}😀😀`)).toBe(`"${'a'.repeat(99)}…"`);
  });
});

describe('sentence', () => {
  it('is one line that ends with a full stop', () => {
    expect(sentence('  Missing\n closing \0 quote')).toBe('Missing closing \\u0000 quote.');
    expect(sentence('Done.')).toBe('Done.');
    expect(sentence('x'.repeat(1000))).toHaveLength(301);
  });
});
