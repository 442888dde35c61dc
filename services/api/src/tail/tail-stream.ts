import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { EventFilter } from '../domain/event-filter.js';
import { matches } from '../domain/matches.js';
import { positionText } from '../domain/tail-position.js';
import type { TailEntry } from './decode-slice.js';
import { FellBehind, TailFollower } from './tail-follower.js';

/** A client that takes nothing for so long is cut off. */
const SLOW_MS = 10_000;
const TAKE_MS = 1_000;
/** For what a client that was cut off has yet to take. */
const LAST_WORD_MS = 1_000;

/** Why a stream ends that its client did not end; the client may come again with the last id. */
export type CutReason = 'slow' | 'behind' | 'gone' | 'unauthorized' | 'shutdown' | 'error';

/** What a stream asks of its surroundings, before anything is shown. */
export interface TailChecks {
  /** Of the events those that have the words of the filter. */
  havingWords(words: string, entries: TailEntry[]): Promise<TailEntry[]>;
  /** Resolves when it is durable that these are shown. */
  record(entries: TailEntry[]): Promise<void>;
}

/** One client of the live tail, as server-sent events: each with the id from which the stream goes on after it. */
export class TailStream {
  readonly ended = new AbortController();
  private cutting: CutReason | undefined;

  constructor(
    private readonly response: ServerResponse,
    private readonly follower: TailFollower,
    /** May be replaced by one with another sight. */
    public filter: EventFilter,
    private readonly checks: TailChecks,
  ) {
    response.on('close', () => this.ended.abort());
  }

  /** Resolves when the stream has ended, whoever ended it. */
  async run(): Promise<void> {
    this.response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    this.response.write(`retry: 1000\nid: ${this.position}\n\n`);
    try {
      while (!this.ended.signal.aborted && !this.cutting) await this.step();
    } catch (error) {
      if (!this.ended.signal.aborted) this.cutting ??= reasonOf(error);
      if (this.cutting === 'error') throw error;
    } finally {
      await this.follower.close();
      await this.end();
    }
  }

  /** Says that it is alive and how far it has come, which may be far beyond the last event that matched. */
  beat(): void {
    if (this.response.writableEnded || this.response.writableNeedDrain) return;
    this.response.write(`: alive\nid: ${this.position}\n\n`);
  }

  /** Ends the stream after what it is doing. */
  cut(reason: CutReason): void {
    this.cutting ??= reason;
  }

  private get position(): string {
    return positionText(this.follower.offsets);
  }

  private async step(): Promise<void> {
    const slice = await this.follower.next(TAKE_MS, this.ended.signal);
    if (!slice || this.cutting) return;
    const { offsets } = this.follower;
    let wanted = slice.entries.filter(({ event }) => matches(this.filter, event));
    if (wanted.length && this.filter.words !== null)
      wanted = await this.checks.havingWords(this.filter.words, wanted);
    if (wanted.length) await this.checks.record(wanted);
    for (const { offset, json } of wanted) {
      offsets[slice.partition] = offset + 1;
      await this.write(`id: ${this.position}\ndata: ${json()}\n\n`);
      if (this.ended.signal.aborted || this.cutting) return;
    }
    offsets[slice.partition] = Math.max(offsets[slice.partition]!, slice.nextOffset);
  }

  private async write(text: string): Promise<void> {
    if (this.response.write(text)) return;
    const drained = AbortSignal.any([this.ended.signal, AbortSignal.timeout(SLOW_MS)]);
    await once(this.response, 'drain', { signal: drained }).catch(() => {
      if (!this.ended.signal.aborted) this.cut('slow');
    });
  }

  private async end(): Promise<void> {
    if (this.ended.signal.aborted) return;
    if (this.cutting)
      this.response.write(
        `event: cut\nid: ${this.position}\ndata: ${JSON.stringify({ reason: this.cutting })}\n\n`,
      );
    this.response.end();
    await pause(LAST_WORD_MS, undefined, { signal: this.ended.signal }).catch(() => undefined);
    this.response.destroy();
  }
}

function reasonOf(error: unknown): CutReason {
  if (error instanceof FellBehind) return 'behind';
  return (error as { code?: string }).code === 'OFFSET_OUT_OF_RANGE' ? 'gone' : 'error';
}
