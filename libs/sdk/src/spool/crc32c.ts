/** Castagnoli's polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78;
const AT_ONCE = 8;

/** Eight tables of 256, one after the other: what a byte adds when so many bytes come after it. */
const tables = new Int32Array(AT_ONCE * 256);
for (let byte = 0; byte < 256; byte++) {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  tables[byte] = rest;
}
for (let at = 256; at < tables.length; at++) {
  const one = tables[at - 256]!;
  tables[at] = tables[one & 0xff]! ^ (one >>> 8);
}

/**
 * CRC-32C (RFC 3720, appendix B.4) of the bytes from `start` to before `end`.
 *
 * @param before checksum of what comes before them
 */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length, before = 0): number {
  let crc = ~before;
  let i = start;
  // Eight bytes at once take less than half the time of eight times one.
  for (const last = end - AT_ONCE; i <= last; i += AT_ONCE) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      tables[1792 + (crc & 0xff)]! ^
      tables[1536 + ((crc >>> 8) & 0xff)]! ^
      tables[1280 + ((crc >>> 16) & 0xff)]! ^
      tables[1024 + (crc >>> 24)]! ^
      tables[768 + bytes[i + 4]!]! ^
      tables[512 + bytes[i + 5]!]! ^
      tables[256 + bytes[i + 6]!]! ^
      tables[bytes[i + 7]!]!;
  }
  for (; i < end; i++) crc = tables[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
