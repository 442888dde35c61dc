import { Codec, SchemaRegistry } from '@auditmesh/avro';
import { Catalog, topics, type AuditEvent } from '@auditmesh/events';
import { Backoff, KafkaClient, OpenTopics, TopicReader, type OpenTopic } from '@auditmesh/kafka';
import { LOG, type Logger } from '@auditmesh/runtime';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { RecentSlices } from '../domain/recent-slices.js';
import { decodeSlice, type TailSlice } from './decode-slice.js';
import { Turns } from './turns.js';

/** Bytes as fetched; decoded they are some times as much. */
const RECENT_BYTES = 16 * 1024 * 1024;
const TAKE_MS = 1_000;
/** Readers of the past at the same time, each with a connection and a buffer of its own. */
const MOST_PAST_READERS = 8;

/** The end of `audit.events.v1`, read once for all streams of this process. Begins when the first stream asks for it. */
@Injectable()
export class LiveTrail implements OnModuleDestroy {
  private opening: Promise<void> | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;
  private topic!: OpenTopic<AuditEvent>;
  private readonly pastReaders = new Turns(MOST_PAST_READERS);
  private readonly waiting = new Set<() => void>();
  /** What came lately. */
  recent!: RecentSlices<TailSlice>;

  constructor(
    private readonly client: KafkaClient,
    private readonly registry: SchemaRegistry,
    private readonly catalog: Catalog,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** Resolves when the trail is followed: what is appended from now on will be in `recent`. */
  open(): Promise<void> {
    this.opening ??= this.begin().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }

  get partitions(): number {
    return this.topic.partitions;
  }

  /** By partition, which offsets there are. */
  bounds() {
    return TopicReader.bounds(this.client, this.topic.name, this.partitions);
  }

  /** A reader of its own from there on, for somebody who wants what is not recent. Waits for its turn. */
  async readPast(from: readonly number[], signal: AbortSignal): Promise<PastReader | undefined> {
    const done = await this.pastReaders.take(signal);
    if (!done) return undefined;
    try {
      const reader = await TopicReader.open(this.client, this.topic.name, from);
      return {
        next: async (timeoutMs) => {
          const slice = await reader.take(timeoutMs);
          return slice && this.decode(slice);
        },
        close: () => reader.close().finally(done),
      };
    } catch (error) {
      done();
      throw error;
    }
  }

  /** Resolves when something came, or the time is over. */
  async news(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.waiting.add(done);
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.opening?.catch(() => undefined); // told to who asked for it
    await this.running;
  }

  private async begin(): Promise<void> {
    const open = await OpenTopics.open(this.client, this.registry, [topics.auditEvents]);
    this.topic = open.get(topics.auditEvents);
    const ends = (await this.bounds()).map(({ end }) => end);
    this.recent = new RecentSlices(RECENT_BYTES, [...ends]);
    const reader = await TopicReader.open(this.client, this.topic.name, ends);
    this.running = this.run(reader);
  }

  private async run(first: TopicReader): Promise<void> {
    const backoff = new Backoff();
    let reader: TopicReader | undefined = first;
    while (!this.stopped) {
      try {
        reader ??= await this.restart();
        const slice = await reader.take(TAKE_MS);
        backoff.reset();
        if (!slice) continue;
        this.recent.add(await this.decode(slice));
        this.wake();
      } catch (error) {
        this.log.error({ err: error }, 'the live tail cannot read on; all streams begin again');
        await reader?.close();
        reader = undefined;
        await backoff.wait();
      }
    }
    await reader?.close();
  }

  private async restart(): Promise<TopicReader> {
    const ends = (await this.bounds()).map(({ end }) => end);
    const reader = await TopicReader.open(this.client, this.topic.name, ends);
    this.recent.restart([...ends]);
    this.wake();
    return reader;
  }

  private decode(slice: Parameters<typeof decodeSlice>[0]): Promise<TailSlice> {
    return decodeSlice(slice, this.topic.codec as Codec<AuditEvent>, this.catalog, this.log);
  }

  private wake(): void {
    for (const done of this.waiting) done();
  }
}

/** Reads what is not recent. */
export interface PastReader {
  next(timeoutMs: number): Promise<TailSlice | undefined>;
  close(): Promise<void>;
}
