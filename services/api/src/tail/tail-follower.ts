import type { LiveTrail, PastReader } from './live-trail.js';
import type { TailSlice } from './decode-slice.js';

/** The stream has come too late for what is recent, and begins again where it was. */
export class FellBehind extends Error {
  override readonly name = 'FellBehind';
}

/** Follows the trail from given offsets without a gap: by a reader of its own until what is recent reaches back to them. */
export class TailFollower {
  /** Number of the recent slice that comes next; undefined while it reads the past. */
  private number: number | undefined;
  private past: PastReader | undefined;

  constructor(
    private readonly trail: LiveTrail,
    /** By partition, the offset before which everything was given; moves along. */
    readonly offsets: number[],
  ) {}

  /**
   * The next slice with what of it is new; undefined when nothing came in time. Moves the offsets to its beginning; the
   * caller moves them on, entry by entry.
   *
   * @throws FellBehind; KafkaError OFFSET_OUT_OF_RANGE if the past is not kept
   */
  async next(timeoutMs: number, signal: AbortSignal): Promise<TailSlice | undefined> {
    if (this.number === undefined && this.trail.recent.covers(this.offsets)) {
      this.number = this.trail.recent.first;
      // Its last request may wait for half a second yet, and nobody else should.
      this.close().catch(() => undefined);
    }
    const slice =
      this.number === undefined ? await this.fromPast(timeoutMs, signal) : await this.fromRecent(timeoutMs);
    if (!slice) return undefined;
    const at = this.offsets[slice.partition]!;
    if (slice.from > at)
      throw new FellBehind(`Partition ${slice.partition} went from ${at} to ${slice.from}.`);
    return { ...slice, entries: slice.entries.filter(({ offset }) => offset >= at) };
  }

  async close(): Promise<void> {
    const { past } = this;
    this.past = undefined;
    await past?.close();
  }

  private async fromPast(timeoutMs: number, signal: AbortSignal): Promise<TailSlice | undefined> {
    this.past ??= await this.trail.readPast(this.offsets, signal);
    return this.past?.next(timeoutMs);
  }

  private async fromRecent(timeoutMs: number): Promise<TailSlice | undefined> {
    const { recent } = this.trail;
    if (this.number! < recent.next) return this.take(recent.get(this.number!));
    await this.trail.news(timeoutMs);
    return this.number! < recent.next ? this.take(recent.get(this.number!)) : undefined;
  }

  private take(slice: TailSlice | undefined): TailSlice {
    if (!slice) throw new FellBehind('What comes next is not recent any more.');
    this.number!++;
    return slice;
  }
}
