import { topics, type DirectoryChanged } from '@auditmesh/events';
import { BatchHandler, type Batch, type Transaction } from '@auditmesh/kafka';
import { Controller } from '@nestjs/common';

export const DIRECTORY_GROUP = 'projector.directory';

/** Turns the changes of the directory into its entries, topic to topic. */
@Controller()
export class DirectoryHandler {
  @BatchHandler(DIRECTORY_GROUP, topics.directoryChanges)
  async handle(batch: Batch<DirectoryChanged>, tx: Transaction): Promise<void> {
    for (const { value } of batch.records)
      tx.send(topics.directoryEntries, { key: value.key, value: value.entry });
  }
}
