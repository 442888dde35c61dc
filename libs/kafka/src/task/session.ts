import type { Chunk } from '../consumer/chunk.js';

/** One life of a task, from taking over its partitions to the first error or the end of the assignment. */
export interface Session {
  /** By name of the input on the cluster, the offset before which all effects are durable. */
  readonly durable: ReadonlyMap<string, number>;
  /** Whether effects are on their way to become durable, so that there is time until the next ones can be. */
  readonly isSettling: boolean;
  /** Takes over and restores. @returns where to read on, by name of the input on the cluster */
  open(): Promise<Map<string, number>>;
  /**
   * Handles the chunk. Its effects may become durable later, in order, at the latest with `settle`.
   *
   * @throws ChunkFailed, also for an earlier chunk, leaving the session unusable
   */
  process(chunk: Chunk): Promise<void>;
  /** Puts the records of the chunk into the dead-letter queue, since their handler cannot cope. @throws as process */
  reject(chunk: Chunk, reason: string): Promise<void>;
  /** @param caughtUp by input, whether everything in it was read when it was last asked */
  tick(now: number, caughtUp: ReadonlyMap<string, boolean>): Promise<void>;
  /** Resolves when all that was handled is durable. @throws as process */
  settle(): Promise<void>;
  /** Lets go of connections. Never throws. */
  close(): Promise<void>;
}

/** A chunk could not be handled, or its effects not be made durable; `cause` says why. */
export class ChunkFailed extends Error {
  override readonly name = 'ChunkFailed';

  constructor(
    readonly chunk: Chunk,
    cause: unknown,
  ) {
    super((cause as Error).message, { cause });
  }
}
