import { describe, expect, it } from '@jest/globals';
import { benchNames } from '../benches/names.ts';
import { usage } from './usage.mjs';

describe('the help', () => {
  it.each(benchNames)('says what %s measures', (name) => {
    expect(usage).toMatch(new RegExp(`^  ${name} {2,}\\S`, 'm'));
  });
});
