import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Sealing } from './sealing.js';

describe('a sealed value', () => {
  const key = randomBytes(32);
  const sealing = new Sealing(key);

  test('is given back for its path', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'grapheme' }), (path, value) => {
        expect(sealing.unseal(path, sealing.seal(path, value))).toBe(value);
      }),
    );
  });

  test('is refused for another path, by another key, and after any change of a byte', () => {
    const sealed = sealing.seal('kv/db', 'hunter2');
    expect(() => sealing.unseal('kv/web', sealed)).toThrow();
    expect(() => new Sealing(randomBytes(32)).unseal('kv/db', sealed)).toThrow();
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed);
      changed[i]! ^= 1;
      expect(() => sealing.unseal('kv/db', changed)).toThrow();
    }
  });

  test('does not show it', () => {
    expect(sealing.seal('kv/db', 'hunter2').includes('hunter2')).toBe(false);
  });
});
