import { describe, expect, it } from '@jest/globals';
import { incompatibilities } from './compatibility.js';

const record = (...fields: object[]) => ({ type: 'record', name: 'R', fields });
const a = { name: 'a', type: 'string' };

describe('incompatibilities', () => {
  it('allows a new field with a default', () => {
    expect(
      incompatibilities(record(a, { name: 'b', type: ['null', 'long'], default: null }), record(a)),
    ).toEqual([]);
  });

  it('refuses a new field without a default, since old records have no value for it', () => {
    expect(incompatibilities(record(a, { name: 'b', type: 'long' }), record(a))).toEqual([
      expect.stringContaining('the new schema cannot read'),
    ]);
  });

  it('refuses to drop a field without a default, since old readers need it', () => {
    expect(incompatibilities(record(), record(a))).toEqual([
      expect.stringContaining('the old schema cannot read'),
    ]);
  });
});
