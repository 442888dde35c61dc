import { SchemaRegistry } from '@auditmesh/avro';
import { topics, type DirectoryChanged } from '@auditmesh/events';
import { KafkaClient, OpenTopics, readPartition, type Headers } from '@auditmesh/kafka';
import { LOG, type Logger } from '@auditmesh/runtime';
import { Inject, Injectable } from '@nestjs/common';

/** A change as it was written. */
interface WrittenChange {
  change: DirectoryChanged;
  headers: Headers;
}

/** Reads again what was handled before. */
@Injectable()
export class DirectoryHistory {
  private opened: Promise<OpenTopics> | undefined;

  constructor(
    private readonly client: KafkaClient,
    private readonly registry: SchemaRegistry,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** The changes of a partition before an offset, in their order. One that does not decode is left out, with a warning. */
  async *before(partition: number, offset: number): AsyncGenerator<WrittenChange> {
    this.opened ??= OpenTopics.open(this.client, this.registry, [topics.directoryChanges]);
    const { name, codec } = (await this.opened).get(topics.directoryChanges);
    for await (const records of readPartition(this.client, name, partition, offset)) {
      await codec.prepare(records.map(({ valueBytes }) => valueBytes));
      for (const record of records) {
        let change: DirectoryChanged;
        try {
          change = codec.decode(record.valueBytes);
        } catch (err) {
          this.log.warn({ err, partition, offset: record.offset }, 'left out a change of the directory');
          continue;
        }
        yield { change, headers: record.headers };
      }
    }
  }
}
