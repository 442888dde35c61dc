import { crc32c } from './crc32c.js';

/**
 * A record in a segment: u32 length of the payload, u32 checksum, payload; little-endian. The payload is u48 sequence, u16
 * partition, u48 sequence on the partition, body. The checksum is CRC-32C over length and payload, and begins with the
 * salt of the segment: so bytes that somebody outside chose never pass for a record when the one around them is damaged.
 */
export interface Frame {
  /** Number of the record in its spool, from 1. */
  sequence: number;
  partition: number;
  /** Number of the record among those of its spool on this partition, from 1. */
  partitionSequence: number;
  body: Buffer;
}

/** Bytes in which no record was found, from the first to before the last. */
export interface Damage {
  from: number;
  to: number;
}

export interface Parsed {
  frames: Frame[];
  damages: Damage[];
  /** Where to go on: before a frame of which more bytes are needed, else the end of the bytes. */
  next: number;
  /** Where the last record ends; undefined if there was none. */
  whole: number | undefined;
}

export const MAX_BODY_BYTES = 64 * 1024;
const PREFIX_BYTES = 8;
const NUMBERS_BYTES = 14;
export const FRAME_OVERHEAD_BYTES = PREFIX_BYTES + NUMBERS_BYTES;
export const MAX_FRAME_BYTES = FRAME_OVERHEAD_BYTES + MAX_BODY_BYTES;
const MAX_PAYLOAD_BYTES = NUMBERS_BYTES + MAX_BODY_BYTES;

/** Makes a frame of a body that stands in its place already: FRAME_OVERHEAD_BYTES behind `at`, and up to before `end`. */
export function sealFrame(
  bytes: Buffer,
  at: number,
  end: number,
  { sequence, partition, partitionSequence }: Omit<Frame, 'body'>,
  salt: number,
): void {
  bytes.writeUInt32LE(end - at - PREFIX_BYTES, at);
  bytes.writeUIntLE(sequence, at + 8, 6);
  bytes.writeUInt16LE(partition, at + 14);
  bytes.writeUIntLE(partitionSequence, at + 16, 6);
  bytes.writeUInt32LE(checksum(bytes, at, end, salt), at + 4);
}

/**
 * Finds the records in a part of a segment. Where bytes are no record it looks for the next one, and says which were
 * passed over. Bodies are views of the bytes.
 *
 * @param from where in the bytes to begin: the start of a frame, or inside damage
 * @param last whether nothing comes after these bytes; else a frame that may go on behind them ends the search
 */
export function parseFrames(bytes: Buffer, salt: number, last: boolean, from = 0): Parsed {
  const frames: Frame[] = [];
  const damages: Damage[] = [];
  let at = from;
  let damagedFrom = -1;
  let whole: number | undefined;
  while (at < bytes.length) {
    const end = frameEnd(bytes, at);
    if (!last && end === undefined) break;
    if (end !== undefined && end > bytes.length && !last) break;
    if (end !== undefined && end > 0 && end <= bytes.length && intact(bytes, at, end, salt)) {
      if (damagedFrom >= 0) damages.push({ from: damagedFrom, to: at });
      damagedFrom = -1;
      frames.push(decode(bytes, at, end));
      at = whole = end;
    } else {
      if (damagedFrom < 0) damagedFrom = at;
      at++;
    }
  }
  if (damagedFrom >= 0) damages.push({ from: damagedFrom, to: at });
  return { frames, damages, next: at, whole };
}

/** Where a frame at this place would end; 0 if none can be here, undefined if there are too few bytes to tell. */
function frameEnd(bytes: Buffer, at: number): number | undefined {
  if (bytes.length - at < PREFIX_BYTES) return undefined;
  const length = bytes.readUInt32LE(at);
  return length >= NUMBERS_BYTES && length <= MAX_PAYLOAD_BYTES ? at + PREFIX_BYTES + length : 0;
}

const intact = (bytes: Buffer, at: number, end: number, salt: number) =>
  checksum(bytes, at, end, salt) === bytes.readUInt32LE(at + 4);

const checksum = (bytes: Buffer, at: number, end: number, salt: number) =>
  crc32c(bytes, at + PREFIX_BYTES, end, crc32c(bytes, at, at + 4, salt));

const decode = (bytes: Buffer, at: number, end: number): Frame => ({
  sequence: bytes.readUIntLE(at + 8, 6),
  partition: bytes.readUInt16LE(at + 14),
  partitionSequence: bytes.readUIntLE(at + 16, 6),
  body: bytes.subarray(at + FRAME_OVERHEAD_BYTES, end),
});
