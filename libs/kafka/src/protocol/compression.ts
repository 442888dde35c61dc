import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { decompressFrameSync } from 'lz4-napi';
import snappy from 'snappyjs';

const MAX_BYTES = 256 * 1024 * 1024;
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);

/** Records of a compressed batch, by the codec bits of its attributes (KIP-98, "Message Format"). */
export function decompress(codec: number, bytes: Buffer): Buffer {
  switch (codec) {
    case 1:
      return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
    case 2:
      return unsnappy(bytes);
    case 3:
      return decompressFrameSync(bytes);
    case 4:
      return zstdDecompressSync(bytes, { maxOutputLength: MAX_BYTES });
    default:
      throw new RangeError(`Compression codec ${codec} is unknown.`);
  }
}

/** Java clients frame snappy in blocks with the header of the xerial library; others send it bare. */
function unsnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, 8).equals(XERIAL_MAGIC)) return Buffer.from(snappy.uncompress(bytes, MAX_BYTES));
  const blocks: Buffer[] = [];
  for (let at = 16; at + 4 <= bytes.length;) {
    const size = bytes.readUInt32BE(at);
    blocks.push(Buffer.from(snappy.uncompress(bytes.subarray(at + 4, at + 4 + size), MAX_BYTES)));
    at += 4 + size;
  }
  return Buffer.concat(blocks);
}
