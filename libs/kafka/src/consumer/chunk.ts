import type { ConsumedRecord } from '../record.js';

/** What one fetch brought of one partition. */
export interface Chunk {
  topic: string;
  partition: number;
  /** Committed records, in order of offset; none when the partition had nothing new. */
  records: ConsumedRecord[];
  /** Where to read on; may be beyond the last record, since control records and aborted ones take offsets too. */
  nextOffset: number;
  highWatermark: number;
  /** Bytes as fetched, for the bound on what may wait. */
  bytes: number;
}

/** Takes what a Fetcher brings. */
export interface ChunkSink {
  /** Whether there is room; a partition whose sink has none is left out of requests until `Fetcher.wake`. */
  hasRoom(): boolean;
  accept(chunk: Chunk): void;
  /** The partition cannot be read on; it is no longer fetched. */
  fail(error: Error): void;
}
