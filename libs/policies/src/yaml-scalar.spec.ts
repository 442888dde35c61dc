import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readPlainScalar } from './yaml-scalar.js';

describe('readPlainScalar', () => {
  it.each(['', '~', 'null', 'Null', 'NULL'])('reads %j as null', (text) =>
    expect(readPlainScalar(text)).toBeNull(),
  );

  it.each(['yes', 'Yes', 'on', 'ON', 'true', 'TRUE'])('reads %s as true', (text) =>
    expect(readPlainScalar(text)).toBe(true),
  );

  it.each(['no', 'NO', 'off', 'Off', 'false', 'False'])('reads %s as false', (text) =>
    expect(readPlainScalar(text)).toBe(false),
  );

  it.each([
    ['0', 0],
    ['-0', 0],
    ['+12', 12],
    ['1_000', 1000],
    ['010', 8],
    ['-0x1F', -31],
    ['0b101', 5],
    ['1.50', 1.5],
    ['.5', 0.5],
    ['-.5', -0.5],
    ['1.', 1],
    ['-0.0', 0],
    ['5e-324', 5e-324],
    ['1e+21', 1e21],
    ['9007199254740991', 9007199254740991],
    ['100000000000000000000', 1e20],
  ])('reads %s as the number %d', (text, value) => expect(readPlainScalar(text)).toBe(value));

  it.each([
    'y',
    'n',
    'nULL',
    'tRUE',
    '.',
    '-',
    'e5',
    '.e5',
    '08',
    '0o10',
    '0x',
    '0b_',
    '1.2.3',
    '10:30',
    '1:30:00.5',
    '2026-11-20',
    '2026-11-20T10:00:00Z',
    '1 000',
    '1,000',
    '٣',
  ])('leaves %s as text', (text) => expect(readPlainScalar(text)).toBe(text));

  it.each([
    ['.inf', '.inf'],
    ['+.INF', '.inf'],
    ['-.Inf', '-.inf'],
    ['.NaN', '.nan'],
    ['1e400', '.inf'],
    ['-1.5e999', '-.inf'],
    ['9007199254740993', '9007199254740993'],
    ['-12_345_678_901_234_567_890', '-12345678901234567890'],
    ['0xffffffffffffffffff', '4722366482869645213695'],
    [`1${'0'.repeat(400)}`, `1${'0'.repeat(400)}`],
  ])('reads %s, for which JSON has no number, as text', (text, value) =>
    expect(readPlainScalar(text)).toBe(value),
  );

  it('reads every number as JSON writes it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(JSON.stringify(readPlainScalar(JSON.stringify(number)))).toBe(JSON.stringify(number));
      }),
      { numRuns: 1000 },
    );
  });
});
