import { describe, expect, it } from '@jest/globals';
import { Settled, type FileContent } from './watched-file.js';

const text = (value: string): FileContent => ({ kind: 'text', text: value });
const missing: FileContent = { kind: 'missing', text: '' };

/** What is taken of contents that are seen one after the other. */
const taken = (first: FileContent, ...seen: FileContent[]) => {
  const settled = new Settled(first);
  return seen.map((content) => settled.observe(content)).filter((content) => content !== undefined);
};

describe('a watched content', () => {
  it('is taken once, when it lasted', () => {
    expect(taken(text('a'), text('b'), text('b'), text('b'))).toEqual([text('b')]);
  });

  it('is not taken if it was seen for a moment only, as a file just being written', () => {
    expect(taken(text('a'), text(''), text('b: '), text('b: 1'), text('b: 1'))).toEqual([text('b: 1')]);
    expect(taken(text('a'), missing, text('a'), text('a'))).toEqual([]);
  });

  it('tells a file that is empty from one that is not there', () => {
    expect(taken(text(''), missing, missing)).toEqual([missing]);
    expect(taken(missing, text(''), text(''))).toEqual([text('')]);
  });
});
