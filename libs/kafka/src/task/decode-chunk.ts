import type { Chunk } from '../consumer/chunk.js';
import type { ConsumedRecord } from '../record.js';
import type { PartialBatch } from './batch.js';
import type { Input } from './session-context.js';

/** A batch for whichever handler its topic has. */
export type AnyBatch = PartialBatch<never, never>;

export interface Poison {
  record: ConsumedRecord;
  reason: string;
}

/**
 * Decodes a chunk; what does not decode is set apart.
 *
 * @param handledBefore see Batch
 * @throws AvroError REGISTRY_UNAVAILABLE
 */
export async function decodeChunk(
  chunk: Chunk,
  { topic, codec, wholeCodec }: Input,
  handledBefore = 0,
): Promise<{ batch: AnyBatch; poison: Poison[] }> {
  await codec.prepare(valuesOf(chunk));
  if (wholeCodec !== codec) await wholeCodec.prepare(valuesOf(chunk));
  const records: ConsumedRecord[] = [];
  const poison: Poison[] = [];
  for (const record of chunk.records) {
    try {
      record.value = codec.decode(record.valueBytes);
      records.push(record);
    } catch (error) {
      poison.push({ record, reason: (error as Error).message });
    }
  }
  const { partition, nextOffset } = chunk;
  const whole = (record: ConsumedRecord) => wholeCodec.decode(record.valueBytes);
  return {
    batch: { topic, partition, records, nextOffset, handledBefore, whole } as never,
    poison,
  };
}

function* valuesOf(chunk: Chunk): Generator<Buffer | null> {
  for (const record of chunk.records) yield record.valueBytes;
}
