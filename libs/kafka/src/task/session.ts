import type { Chunk } from '../consumer/chunk.js';
import type { Tick } from './batch.js';

/** One life of a task, from taking over its partitions to the first error or the end of the assignment. */
export interface Session {
  /** Takes over and restores. @returns where to read on, by name of the input on the cluster */
  open(): Promise<Map<string, number>>;
  /** Handles the chunk and makes its effects durable. @throws leaving the session unusable */
  process(chunk: Chunk): Promise<void>;
  /** Puts the records of the chunk into the dead-letter queue, since their handler cannot cope. */
  reject(chunk: Chunk, reason: string): Promise<void>;
  tick(tick: Tick): Promise<void>;
  /** Lets go of connections. Never throws. */
  close(): Promise<void>;
}
