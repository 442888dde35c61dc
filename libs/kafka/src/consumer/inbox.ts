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

  get isEmpty(): boolean {
    return this.chunks.length === 0;
  }

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

  /**
   * The oldest chunk with those that follow it in its partition, as one of at most `mostBytes` where it can be: what has
   * piled up during one transaction is the work of the next. Undefined when nothing came in time, or after a nudge.
   *
   * @throws what `fail` was given, after the chunks before it
   */
  async take(timeoutMs: number, mostBytes: number): Promise<Chunk | undefined> {
    const seen = this.changed.count;
    if (this.isEmpty && !this.failure) await this.changed.after(seen, timeoutMs);
    const [first] = this.chunks;
    if (!first && this.failure) throw this.failure;
    if (!first) return undefined;
    const hadRoom = this.hasRoom();
    const taken = this.chunks.splice(0, this.runLength(first, mostBytes));
    for (const { bytes } of taken) this.bytes -= bytes;
    if (!hadRoom && this.hasRoom()) this.onRoom();
    return taken.length === 1 ? first : joined(taken);
  }

  clear(): void {
    this.chunks.length = 0;
    this.bytes = 0;
    this.failure = undefined;
  }

  private runLength(first: Chunk, mostBytes: number): number {
    let bytes = first.bytes;
    let length = 1;
    for (; length < this.chunks.length; length++) {
      const next = this.chunks[length]!;
      bytes += next.bytes;
      if (next.topic !== first.topic || bytes > mostBytes) break;
    }
    return length;
  }
}

function joined(chunks: Chunk[]): Chunk {
  const last = chunks.at(-1)!;
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  return { ...last, bytes, records: chunks.flatMap((chunk) => chunk.records) };
}
