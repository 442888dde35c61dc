import { crc32c } from './crc32c.js';

/** What stands at the start of a segment. */
export interface SegmentHeader {
  /** Where the checksums of the frames begin. */
  salt: number;
  /** Sequence that the first record has. */
  sequence: number;
  /** By partition: sequence that the first record has there. */
  partitions: number[];
  /** Avro schema that the bodies were written by. */
  schema: object;
}

/** The last byte is the version of the format. */
const MAGIC = Buffer.from('AMSPOOL\x01', 'latin1');
const PREFIX_BYTES = MAGIC.length + 8;

/** Magic, u32 length, u32 CRC-32C, then the header as JSON. */
export function encodeHeader(header: SegmentHeader): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  MAGIC.copy(prefix);
  prefix.writeUInt32LE(json.length, MAGIC.length);
  prefix.writeUInt32LE(crc32c(json), MAGIC.length + 4);
  return Buffer.concat([prefix, json]);
}

/** The header and where the first frame begins; undefined if the bytes do not begin with one. */
export function decodeHeader(bytes: Buffer): { header: SegmentHeader; end: number } | undefined {
  if (bytes.length < PREFIX_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const end = PREFIX_BYTES + bytes.readUInt32LE(MAGIC.length);
  if (end > bytes.length) return undefined;
  const json = bytes.subarray(PREFIX_BYTES, end);
  if (crc32c(json) !== bytes.readUInt32LE(MAGIC.length + 4)) return undefined;
  return { header: JSON.parse(json.toString('utf8')) as SegmentHeader, end };
}
