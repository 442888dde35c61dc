import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatMicros, parseMicros } from './micros.js';

describe('micros', () => {
  it('parses what it formats', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (micros) => {
        expect(parseMicros(formatMicros(micros))).toBe(micros);
      }),
    );
  });

  it.each([
    ['2026-11-20T10:00:00Z', 1_795_168_800_000_000],
    ['2026-11-20T10:00:00.000001+01:00', 1_795_165_200_000_001],
    ['2026-11-20t10:00:00.1234567z', 1_795_168_800_123_456],
  ])('reads %s', (text, micros) => expect(parseMicros(text)).toBe(micros));

  it.each(['', '2026-11-20', '2026-11-20T10:00:00', '2026-13-01T00:00:00Z', 'yesterday'])(
    'refuses %j',
    (text) => expect(parseMicros(text)).toBeUndefined(),
  );
});
