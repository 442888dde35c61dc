import { describe, expect, it } from '@jest/globals';
import { judge } from './judge.ts';

const told = (...given: string[]) => ({ given: new Set(given), refused: [] });

describe('the judgement of a run', () => {
  it('is clean when each read has one entry, and a read that was killed may have one', () => {
    const entries = new Map(['a', 'b', 'killed'].map((path) => [path, 1]));
    expect(judge(told('a', 'b'), entries)).toEqual({ given: 2, refused: 0, lost: [], doubled: [] });
  });

  it('finds what is lost and what is doubled', () => {
    const entries = new Map([
      ['a', 2],
      ['killed', 3],
    ]);
    expect(judge(told('a', 'b'), entries)).toMatchObject({ lost: ['b'], doubled: ['a', 'killed'] });
  });
});
