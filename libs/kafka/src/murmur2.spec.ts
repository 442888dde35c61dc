import { describe, expect, it } from '@jest/globals';
import { murmur2, partitionOf } from './murmur2.js';

describe('murmur2', () => {
  // From the Java client's own tests, made positive as its partitioner does.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %j as the Java client does', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash & 0x7fffffff);
  });

  it('chooses a partition that exists', () => {
    expect(partitionOf('21', 12)).toBe((-973932308 & 0x7fffffff) % 12);
  });
});
