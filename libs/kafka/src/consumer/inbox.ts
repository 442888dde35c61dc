import { Signal } from '../client/signal.js';
import type { Chunk, ChunkSink } from './chunk.js';

/** Where the chunks of a task's partitions wait for it, bounded in bytes. */
export class Inbox implements ChunkSink {
  private readonly chunks: Chunk[] = [];
  /** The newest word of each partition that had nothing new: it must not part the chunks of the others. */
  private readonly quiet = new Map<string, Chunk>();
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

  private get isEmpty(): boolean {
    return this.chunks.length === 0 && this.quiet.size === 0;
  }

  hasRoom(): boolean {
    return this.bytes < this.capacityBytes && !this.failure;
  }

  accept(chunk: Chunk): void {
    if (chunk.bytes) {
      this.chunks.push(chunk);
      this.quiet.delete(chunk.topic); // older, it would move the position back
    } else this.quiet.set(chunk.topic, chunk);
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
   * @param mayWait whether there is time to let more pile up; asked again after each nudge
   * @throws what `fail` was given, after the chunks before it
   */
  async take(timeoutMs: number, mostBytes: number, mayWait = () => false): Promise<Chunk | undefined> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const seen = this.changed.count;
      const wantsMore =
        this.isEmpty || (this.chunks.length > 0 && this.bytes < mostBytes && this.hasRoom() && mayWait());
      const left = deadline - Date.now();
      if (!wantsMore || this.failure || left <= 0) break;
      await this.changed.after(seen, left);
      if (this.isEmpty) break;
    }
    const [first] = this.chunks;
    if (!first && this.failure) throw this.failure;
    if (!first) return this.takeQuiet();
    const hadRoom = this.hasRoom();
    const taken = this.chunks.splice(0, this.runLength(first, mostBytes));
    for (const { bytes } of taken) this.bytes -= bytes;
    if (!hadRoom && this.hasRoom()) this.onRoom();
    return taken.length === 1 ? first : joined(taken);
  }

  clear(): void {
    this.chunks.length = 0;
    this.quiet.clear();
    this.bytes = 0;
    this.failure = undefined;
  }

  private takeQuiet(): Chunk | undefined {
    const [chunk] = this.quiet.values();
    if (chunk) this.quiet.delete(chunk.topic);
    return chunk;
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
