import { SchemaRegistry } from '@auditmesh/avro';
import { topics, type DirectoryEntry } from '@auditmesh/events';
import { GlobalTable, KafkaClient, OpenTopics, pause, readPartition, type OpenTopic } from '@auditmesh/kafka';
import { Directory, type LinkTarget, tenantOf } from '@auditmesh/policies';
import { LOG, type Logger } from '@auditmesh/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

export const PATIENCE_MS = Symbol('PATIENCE_MS');
const POLL_MS = 200;

/** Looks at the directory, which stands at these positions by partition of its topic, for as long as the call lasts. */
export type Look<R> = (directory: Directory, positions: number[]) => R;

/** What a record needs the directory to know. */
export interface Needed {
  name: string;
  isIn(directory: Directory): boolean;
}

/** A policy project whose tenant is known. */
export const policyProject = (id: number): Needed => ({
  name: `policy project ${id}`,
  isIn: (directory) => tenantOf(directory, id) !== undefined,
});

/** What a policy project is linked to. */
export const linkTarget = ({ kind, id }: LinkTarget): Needed => ({
  name: `${kind} ${id}`,
  isIn: (directory) => directory[kind](id) !== undefined,
});

/** The directory as of now, and as it was at earlier positions of its topic. */
@Injectable()
export class DirectoryTable implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly directory = new Directory();
  private topic!: OpenTopic<DirectoryEntry>;
  private table!: GlobalTable<DirectoryEntry>;
  private started: Promise<void> | undefined;
  /** What was waited for in vain. */
  private readonly unresolved = new Set<string>();

  constructor(
    private readonly client: KafkaClient,
    private readonly registry: SchemaRegistry,
    @Inject(PATIENCE_MS) private readonly patienceMs: number,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): Promise<void> {
    return this.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.table?.stop();
  }

  /** Resolves when the directory is read for the first time. */
  start(): Promise<void> {
    this.started ??= this.open();
    return this.started;
  }

  /**
   * Looks at the directory with everything that was in its topic when this was called. A record may overtake the
   * directory, so what it needs and the directory does not know is waited for, but only once for all its records.
   *
   * @param beforeWaiting called before each wait
   */
  async knowing<R>(needed: Needed, beforeWaiting: () => Promise<void>, look: Look<R>): Promise<R> {
    await this.start();
    const { name } = needed;
    const deadline = Date.now() + (this.unresolved.has(name) ? 0 : this.patienceMs);
    for (;;) {
      await this.table.catchUp();
      if (needed.isIn(this.directory)) this.unresolved.delete(name);
      else if (Date.now() >= deadline) this.unresolved.add(name);
      else {
        await beforeWaiting();
        await pause(POLL_MS);
        continue;
      }
      return look(this.directory, this.table.positions);
    }
  }

  /** Looks at the directory as it stood at these positions. */
  async at<R>(positions: number[], look: Look<R>): Promise<R> {
    await this.start();
    const directory = new Directory();
    for (const [partition, until] of positions.entries()) {
      for await (const records of readPartition(this.client, this.topic.name, partition, until)) {
        await this.topic.codec.prepare(records.map((r) => r.valueBytes));
        for (const { key, valueBytes } of records) {
          directory.apply(key, valueBytes && this.topic.codec.decode(valueBytes));
        }
      }
    }
    return look(directory, positions);
  }

  private async open(): Promise<void> {
    const topics_ = await OpenTopics.open(this.client, this.registry, [topics.directoryEntries]);
    this.topic = topics_.get(topics.directoryEntries);
    this.table = new GlobalTable(this.client, topics.directoryEntries, this.topic.codec, (key, entry) => {
      if (!this.directory.apply(key, entry))
        this.log.warn({ key }, 'left out a directory entry whose key and content do not fit');
    });
    await this.table.start();
  }
}
