import { describe, expect, it } from '@jest/globals';
import { Problem } from './problem.js';

describe('a problem of parameters', () => {
  it('ends its sentence with one full stop, whether or not the fault came with one', () => {
    const said = (detail: string) => Problem.parameters([{ parameter: 'to', detail }]).message;
    expect(said('it must be a time')).toBe('The parameter to makes no sense: it must be a time.');
    expect(said('It must be a time.')).toBe('The parameter to makes no sense: It must be a time.');
  });

  it('says how many faults there are besides the first', () => {
    const faults = ['a', 'b', 'c'].map((parameter) => ({ parameter, detail: 'it is missing' }));
    expect(Problem.parameters(faults).message).toBe(
      'The parameter a makes no sense: it is missing. There are 2 more.',
    );
  });
});
