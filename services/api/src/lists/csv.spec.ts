import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { csvLine } from './csv.js';

/** Reads one line as RFC 4180 says. */
function read(line: string): string[] {
  expect(line.endsWith('\r\n')).toBe(true);
  const fields = `,${line.slice(0, -2)}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,"]*))/gs);
  return [...fields].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!);
}

describe('a line of CSV', () => {
  it('gives back what it was made of, but for what looks like a formula', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', ' ', 'é', '=', '-') });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (values) => {
        const expected = values.map((value) => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value));
        expect(read(csvLine(values))).toEqual(expected);
      }),
    );
  });

  it('leaves nothing that a spreadsheet would run', () => {
    const line = csvLine(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', 'a=1', -5, null]);
    expect(line).toBe(`'=1+1,'+1,'-1,'@SUM(A1),'\t=1,a=1,-5,\r\n`);
  });
});
