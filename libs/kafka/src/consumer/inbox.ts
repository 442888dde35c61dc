import { Signal } from '../client/signal.js';
import type { Chunk, ChunkSink } from './chunk.js';

/** Where the chunks of a task's partitions wait for it, bounded in bytes. */
export class Inbox implements ChunkSink {
  private readonly chunks: Chunk[] = [];
  private readonly changed = new Signal();
  private bytes = 0;
  private failure: Error | undefined;

  /**
   * @param capacityBytes may be passed by one chunk, since what a broker sends is taken whole
   * @param onRoom called when there is room again
   */
  constructor(
    private readonly capacityBytes: number,
    private readonly onRoom: () => void,
  ) {}

  hasRoom(): boolean {
    return this.bytes < this.capacityBytes && !this.failure;
  }

  accept(chunk: Chunk): void {
    this.chunks.push(chunk);
    this.bytes += chunk.bytes;
    this.changed.raise();
  }

  fail(error: Error): void {
    this.failure = error;
    this.changed.raise();
  }

  /** Wakes whoever waits in `take`. */
  nudge(): void {
    this.changed.raise();
  }

  /** The oldest chunk; undefined when none came in time, or after a nudge. @throws what `fail` was given, after the chunks before it */
  async take(timeoutMs: number): Promise<Chunk | undefined> {
    const seen = this.changed.count;
    if (!this.chunks.length && !this.failure) await this.changed.after(seen, timeoutMs);
    const chunk = this.chunks.shift();
    if (!chunk && this.failure) throw this.failure;
    if (!chunk) return undefined;
    const hadRoom = this.hasRoom();
    this.bytes -= chunk.bytes;
    if (!hadRoom && this.hasRoom()) this.onRoom();
    return chunk;
  }

  clear(): void {
    this.chunks.length = 0;
    this.bytes = 0;
    this.failure = undefined;
  }
}
