import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { compressFrameSync } from 'lz4-napi';
import snappy from 'snappyjs';
import { decompress } from './compression.js';

const text = Buffer.from('one audit event per change, '.repeat(500));

/** Two blocks behind the header that Java clients write. */
function xerial(bytes: Buffer): Buffer {
  const block = (part: Buffer) => {
    const packed = Buffer.from(snappy.compress(part));
    const size = Buffer.alloc(4);
    size.writeUInt32BE(packed.length);
    return Buffer.concat([size, packed]);
  };
  const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  return Buffer.concat([header, block(bytes.subarray(0, 5_000)), block(bytes.subarray(5_000))]);
}

describe('decompress', () => {
  it.each<[string, number, Buffer]>([
    ['gzip', 1, gzipSync(text)],
    ['snappy, bare', 2, Buffer.from(snappy.compress(text))],
    ['snappy, as Java clients frame it', 2, xerial(text)],
    ['lz4', 3, compressFrameSync(text)],
    ['zstd', 4, zstdCompressSync(text)],
  ])('reads %s', (_name, codec, packed) => expect(decompress(codec, packed).equals(text)).toBe(true));

  it('refuses a codec that there is not', () => expect(() => decompress(5, text)).toThrow(/codec 5/));
});
