import { DirectoryOverTime } from '@auditmesh/compliance';
import { topics, type DirectoryChanged } from '@auditmesh/events';
import { readPartition, type ConsumedRecord } from '@auditmesh/kafka';
import { kafkaOf, openTopics } from './kafka-access.js';
import type { MeshAddress } from './mesh-address.js';

/** The directory as it stood at any time, from all that was ever told of it. */
export async function readDirectoryHistory(address: MeshAddress): Promise<DirectoryOverTime> {
  const open = await openTopics(address, [topics.directoryChanges]);
  const client = kafkaOf(address);
  const { name, partitions, codec } = open.get(topics.directoryChanges);
  const directory = new DirectoryOverTime();
  for (let partition = 0; partition < partitions; partition++) {
    for await (const all of readPartition(client, name, partition)) {
      const records = all as ConsumedRecord<DirectoryChanged>[];
      await codec.prepare(records.map(({ valueBytes }) => valueBytes));
      for (const { valueBytes, offset, timestamp } of records)
        directory.apply(codec.decode(valueBytes), { micros: timestamp * 1_000, partition, offset });
    }
  }
  return directory;
}
