import { describe, expect, test } from '@jest/globals';
import { crc32c } from './crc32c.js';

describe('crc32c', () => {
  test('gives the check value of the catalogue of CRC algorithms', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });

  test('gives the examples of RFC 3720', () => {
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  });

  test('goes on after what came before', () => {
    const bytes = Buffer.from('a secret was read');
    expect(crc32c(bytes, 8, bytes.length, crc32c(bytes, 0, 8))).toBe(crc32c(bytes));
  });
});
