import { SchemaRegistry } from '@auditmesh/avro';
import { DirectoryOverTime } from '@auditmesh/compliance';
import { topics } from '@auditmesh/events';
import { GlobalTable, KafkaClient, OpenTopics } from '@auditmesh/kafka';
import { LOG, type Logger } from '@auditmesh/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

/** The directory as it stood at any time, from all of its changes. */
@Injectable()
export class DirectoryTable implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly directory = new DirectoryOverTime();
  private table: GlobalTable<unknown> | undefined;
  private started: Promise<GlobalTable<unknown>> | undefined;

  constructor(
    private readonly client: KafkaClient,
    private readonly registry: SchemaRegistry,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.table?.stop();
  }

  /**
   * Resolves when everything is applied that had changed when this was called. What was appended to the trail before
   * that is then judged by nothing that is still unknown.
   */
  async catchUp(): Promise<void> {
    const table = await this.start();
    await table.catchUp();
  }

  private start(): Promise<GlobalTable<unknown>> {
    this.started ??= this.open();
    return this.started;
  }

  private async open(): Promise<GlobalTable<unknown>> {
    const open = await OpenTopics.open(this.client, this.registry, [topics.directoryChanges]);
    const { codec } = open.get(topics.directoryChanges);
    const table = new GlobalTable(this.client, topics.directoryChanges, codec, (_, change, place) => {
      const { partition, offset, timestamp } = place;
      if (!change || !this.directory.apply(change, { micros: timestamp * 1_000, partition, offset }))
        this.log.warn({ partition, offset }, 'left out a change whose key and content do not fit');
    });
    this.table = table as GlobalTable<unknown>;
    await table.start();
    return this.table;
  }
}
