import type { Topic } from '@auditmesh/events';
import type { Codec } from '@auditmesh/avro';
import type { Chunk } from '../consumer/chunk.js';
import type { ConsumedRecord } from '../record.js';
import type { Batch } from './batch.js';

export interface Poison {
  record: ConsumedRecord;
  reason: string;
}

/**
 * Decodes a chunk; what does not decode is set apart.
 *
 * @throws AvroError REGISTRY_UNAVAILABLE
 */
export async function decodeChunk<T>(
  chunk: Chunk,
  topic: Topic<T>,
  codec: Codec<T>,
  handledBefore = 0,
): Promise<{ batch: Batch<T>; poison: Poison[] }> {
  await codec.prepare(valuesOf(chunk));
  const records: ConsumedRecord<T>[] = [];
  const poison: Poison[] = [];
  for (const record of chunk.records as ConsumedRecord<T>[]) {
    try {
      record.value = codec.decode(record.valueBytes);
      records.push(record);
    } catch (error) {
      poison.push({ record, reason: (error as Error).message });
    }
  }
  return {
    batch: { topic, partition: chunk.partition, records, nextOffset: chunk.nextOffset, handledBefore },
    poison,
  };
}

function* valuesOf(chunk: Chunk): Generator<Buffer | null> {
  for (const record of chunk.records) yield record.valueBytes;
}
