import { describe, expect, it } from '@jest/globals';
import { orderOf, UsageError } from './arguments.ts';

describe('the arguments of a bench', () => {
  it('name it and leave the rest at its defaults', () => {
    expect(orderOf(['projector'])).toEqual({
      bench: 'projector',
      json: false,
      quick: false,
      rounds: undefined,
    });
  });

  it('may come in any order', () => {
    expect(orderOf(['--rounds', '5', '--json', 'consolidator', '--quick'])).toEqual({
      bench: 'consolidator',
      json: true,
      quick: true,
      rounds: 5,
    });
  });

  it.each([
    [[], /Name one bench: projector, consolidator/],
    [['projector', 'consolidator'], /Name one bench/],
    [['speed'], /There is no bench "speed"; there are: projector/],
    [['projector', '--fast'], /Unknown option '--fast'/],
    [['projector', '--rounds', '0'], /--rounds is "0"/],
    [['projector', '--rounds', 'three'], /--rounds is "three"/],
  ])('are refused with what is wrong: %j', (args, message) => {
    expect(() => orderOf(args)).toThrow(UsageError);
    expect(() => orderOf(args)).toThrow(message);
  });
});
