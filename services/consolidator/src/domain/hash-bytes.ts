const BYTES = 8;

/** The hashes one after the other, 8 bytes each. */
export function hashesToBytes(hashes: ReadonlySet<bigint>): Buffer {
  const bytes = Buffer.alloc(hashes.size * BYTES);
  let at = 0;
  for (const each of hashes) at = bytes.writeBigUInt64BE(each, at);
  return bytes;
}

/** @param bytes a multiple of 8 */
export function* hashesOfBytes(bytes: Buffer): Generator<bigint> {
  for (let at = 0; at + BYTES <= bytes.length; at += BYTES) yield bytes.readBigUInt64BE(at);
}
