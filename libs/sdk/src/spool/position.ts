import { crc32c } from './crc32c.js';

/** How far a spool has been read. */
export interface Position {
  /** Sequence in the name of the segment. */
  segment: number;
  /** Byte in its file. */
  offset: number;
  /** Sequence that the next record has. */
  sequence: number;
  /** By partition: sequence that the next record has there. */
  partitions: number[];
}

/** A position as text of one line, with its checksum. */
export function encodePosition(position: Position): Buffer {
  const json = JSON.stringify(position);
  return Buffer.from(`${crc32c(Buffer.from(json)).toString(16).padStart(8, '0')} ${json}\n`);
}

/** undefined if the bytes are no whole position. */
export function decodePosition(bytes: Buffer): Position | undefined {
  const text = bytes.toString('utf8');
  const json = text.slice(9, text.indexOf('\n'));
  if (parseInt(text.slice(0, 8), 16) !== crc32c(Buffer.from(json))) return undefined;
  return JSON.parse(json) as Position;
}
