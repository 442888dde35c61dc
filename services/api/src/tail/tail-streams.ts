import { gauge, counter, LOG, type Logger } from '@auditmesh/runtime';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { TrailReads } from '../access/trail-reads.js';
import { WordSearch } from '../audit-events/word-search.js';
import { ApiConfig } from '../config.js';
import { sightOf, type EventFilter } from '../domain/event-filter.js';
import { admin, has } from '../domain/principal.js';
import { offsetsOf } from '../domain/tail-position.js';
import type { Looked, Looker } from '../domain/trail-read.js';
import { Problem } from '@auditmesh/runtime';
import { ApiTokens } from '../store/api-tokens.js';
import { LiveTrail } from './live-trail.js';
import { TailFollower } from './tail-follower.js';
import { TailStream } from './tail-stream.js';

const open = gauge('auditmesh_tail_streams', 'Streams of the live tail that are open.');
const cut = counter(
  'auditmesh_tail_failures_total',
  'Streams of the live tail that ended by a fault of ours.',
);

/** All streams of the live tail in this process. */
@Injectable()
export class TailStreams implements BeforeApplicationShutdown {
  private readonly streams = new Map<TailStream, string>();
  private closing = false;

  constructor(
    private readonly trail: LiveTrail,
    private readonly tokens: ApiTokens,
    private readonly reads: TrailReads,
    private readonly words: WordSearch,
    private readonly config: ApiConfig,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /**
   * Answers with a stream; resolves when it has ended.
   *
   * @param after id of the last event that the client has; undefined to begin now
   * @throws Problem 400 for an id that is none, 410 if what follows it is not kept, 429 with too many streams
   */
  async serve(
    reply: FastifyReply,
    looker: Looker,
    filter: EventFilter,
    looked: Looked,
    after: string | undefined,
  ): Promise<void> {
    this.refuseTooMany(looker);
    await this.trail.open();
    const offsets = after === undefined ? [...this.trail.recent.ends] : await this.offsetsAfter(after);
    this.refuseTooMany(looker);
    reply.hijack();
    const stream = new TailStream(reply.raw, new TailFollower(this.trail, offsets), filter, {
      havingWords: (wanted, entries) => this.words.having(wanted, entries),
      record: (entries) =>
        this.reads.allowThese(
          looker,
          looked,
          entries.map(({ event }) => event),
        ),
    });
    await this.run(stream, looker);
  }

  /** Before the server waits for its connections to end. */
  async beforeApplicationShutdown(): Promise<void> {
    this.closing = true;
    for (const stream of this.streams.keys()) stream.cut('shutdown');
  }

  private async run(stream: TailStream, looker: Looker): Promise<void> {
    this.streams.set(stream, looker.principal.id);
    open.set(this.streams.size);
    const beats = setInterval(() => {
      stream.beat();
      void this.checkAccess(stream, looker);
    }, this.config.TAIL_HEARTBEAT_MS);
    try {
      await stream.run();
    } catch (error) {
      cut.inc();
      this.log.error({ err: error }, 'a stream of the live tail ended');
    } finally {
      clearInterval(beats);
      this.streams.delete(stream);
      open.set(this.streams.size);
    }
  }

  /** Of a token that was revoked nothing is left; of a group that was moved the new place counts. */
  private async checkAccess(stream: TailStream, { principal }: Looker): Promise<void> {
    if (principal.id === admin.id) return;
    try {
      const now = await this.tokens.again(principal);
      if (now && has(now, 'audit_events:read')) stream.filter = { ...stream.filter, sight: sightOf(now) };
      else stream.cut('unauthorized');
    } catch (error) {
      this.log.warn({ err: error }, 'cannot check a token again; its stream ends');
      stream.cut('unauthorized');
    }
  }

  private refuseTooMany({ principal }: Looker): void {
    if (this.closing) throw new Problem(503, 'This instance is about to end.');
    const { TAIL_STREAMS, TAIL_STREAMS_PER_CALLER } = this.config;
    const own = [...this.streams.values()].filter((id) => id === principal.id).length;
    if (own >= TAIL_STREAMS_PER_CALLER)
      throw new Problem(429, `The caller has ${own} streams open, which is all that one may have here.`);
    if (this.streams.size >= TAIL_STREAMS)
      throw new Problem(429, `${this.streams.size} streams are open, which is all that there may be here.`);
  }

  private async offsetsAfter(text: string): Promise<number[]> {
    const offsets = offsetsOf(text, this.trail.partitions);
    if (!offsets) throw Problem.parameter('Last-Event-ID', 'it is none that a stream has given.');
    const { recent } = this.trail;
    const isAhead = offsets.some((offset, partition) => offset > recent.ends[partition]!);
    if (recent.covers(offsets) && !isAhead) return offsets;
    const bounds = await this.trail.bounds();
    if (offsets.some((offset, partition) => offset > bounds[partition]!.end))
      throw Problem.parameter('Last-Event-ID', 'it is beyond the end of the trail.');
    if (offsets.some((offset, partition) => offset < bounds[partition]!.start))
      throw new Problem(
        410,
        'What follows this Last-Event-ID is not kept any more. Begin without it, and search for what was missed.',
      );
    return offsets;
  }
}
