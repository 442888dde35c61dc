import type { SpoolFinding } from './recovery.js';

export interface SpoolOptions {
  /** Folder of the spool, on a local file system, for one process. Created if it is missing. */
  folder: string;
  /** How much the files may take together; 1 GiB if left out, at least 4 MiB. */
  maxBytes?: number;
  /** When that much is there, or the disk is full: `fail` refuses the record, `block` waits for room. `fail` if left out. */
  whenFull?: 'block' | 'fail';
  /** ms from write(2) to the fsync that covers it; 8 if left out, at most 10. */
  syncAfterMs?: number;
  /** Learns what was found wrong in the files; called while opening and while reading. */
  onFinding?: (finding: SpoolFinding) => void;
}

/** What a spool is for; the same for all records in a segment. */
export interface SpoolContent {
  /** Partitions that records are numbered on. */
  partitions: number;
  /** Avro schema of the bodies. */
  schema: object;
}

const DEFAULT_MAX_BYTES = 1024 ** 3;
const LEAST_MAX_BYTES = 4 * 1024 ** 2;
/** Room comes back a segment at a time, so a spool has at least eight. */
const SEGMENTS = 8;
const MOST_SEGMENT_BYTES = 16 * 1024 ** 2;
const MAX_SYNC_MS = 10;
/** Leaves 2 ms to a busy event loop. */
const DEFAULT_SYNC_MS = 8;

export interface SpoolLimits {
  maxBytes: number;
  segmentBytes: number;
  whenFull: 'block' | 'fail';
  syncAfterMs: number;
}

/** @throws RangeError */
export function limitsOf({ maxBytes, whenFull, syncAfterMs }: SpoolOptions): SpoolLimits {
  const bytes = maxBytes ?? DEFAULT_MAX_BYTES;
  const ms = syncAfterMs ?? DEFAULT_SYNC_MS;
  if (!(bytes >= LEAST_MAX_BYTES)) throw new RangeError(`maxBytes is ${bytes}; give at least 4 MiB.`);
  if (!(ms >= 0 && ms <= MAX_SYNC_MS))
    throw new RangeError(`syncAfterMs is ${ms}; give 0 to ${MAX_SYNC_MS}.`);
  return {
    maxBytes: bytes,
    segmentBytes: Math.min(MOST_SEGMENT_BYTES, Math.floor(bytes / SEGMENTS)),
    whenFull: whenFull ?? 'fail',
    syncAfterMs: ms,
  };
}
