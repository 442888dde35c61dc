import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { SecretBox } from './secret-box.js';

const key = () => randomBytes(32).toString('base64');
const text = 'whsec_a secret, and what is not ASCII: é';

describe('a sealed secret', () => {
  const box = SecretBox.of(key());

  it('opens for what it belongs to, and does not show', () => {
    const sealed = box.seal(text, 'control/1');
    expect(box.open(sealed, 'control/1')).toBe(text);
    expect(sealed.includes('secret')).toBe(false);
    expect(box.seal(text, 'control/1')).not.toEqual(sealed);
  });

  it('opens for nothing else, with no other key, and not with any bit changed', () => {
    const sealed = box.seal(text, 'control/1');
    expect(box.open(sealed, 'control/2')).toBeUndefined();
    expect(SecretBox.of(key()).open(sealed, 'control/1')).toBeUndefined();
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(box.open(changed, 'control/1')).toBeUndefined();
    }
  });

  it('opens for nobody when it was cut', () => {
    const sealed = box.seal(text, 'control/1');
    for (let length = 0; length < sealed.length; length++)
      expect(box.open(sealed.subarray(0, length), 'control/1')).toBeUndefined();
  });

  it('opens with the key of before while keys change', () => {
    const [before, after] = [key(), key()];
    const sealed = SecretBox.of(before).seal(text, 'control/1');
    expect(SecretBox.of(`${after},${before}`).open(sealed, 'control/1')).toBe(text);
    const anew = SecretBox.of(`${after},${before}`).seal(text, 'control/1');
    expect(SecretBox.of(after).open(anew, 'control/1')).toBe(text);
  });
});

it('takes keys of 32 bytes in base64, and nothing else', () => {
  expect([key(), `${key()},${key()}`].map((keys) => SecretBox.takes(keys))).toEqual([true, true]);
  const bad = [
    '',
    'x',
    randomBytes(31).toString('base64'),
    randomBytes(32).toString('hex'),
    `${key()},`,
    undefined,
  ];
  expect(bad.filter((keys) => SecretBox.takes(keys))).toEqual([]);
});
