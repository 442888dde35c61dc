import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RecordBatch } from 'kafkajs/src/protocol/recordBatch/v0/index.js';
import Record from 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
import { KafkaError } from '../errors.js';
import { decodeRecords } from './record-batch.js';

interface Plain {
  key: Buffer | null;
  value: Buffer | null;
  headers: { [name: string]: string };
}

/** A batch as kafkajs encodes it: an implementation that is not ours. */
async function encode(records: Plain[], firstOffset = 0, compression = 0): Promise<Buffer> {
  const batch = await RecordBatch({
    firstOffset,
    firstTimestamp: 1_000,
    maxTimestamp: 1_000 + records.length,
    lastOffsetDelta: records.length - 1,
    compression,
    producerId: 7,
    records: records.map((r, i) => Record({ ...r, offsetDelta: i, timestampDelta: i })),
  });
  return Buffer.from(batch.buffer);
}

const bytes = fc.option(fc.uint8Array({ maxLength: 300 }).map((b) => Buffer.from(b)));
const record = fc.record({
  key: bytes,
  value: bytes,
  headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 9 }), fc.string(), { maxKeys: 3 }),
});
const plain = (r: { keyBytes: Buffer | null; valueBytes: Buffer | null; headers: object }) => ({
  key: r.keyBytes,
  value: r.valueBytes,
  headers: { ...r.headers },
});

describe('decodeRecords', () => {
  it('gives back what another implementation encoded, bare and compressed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 20 }),
        fc.constantFrom(0, 1),
        async (list, compression) => {
          const { records, nextOffset } = decodeRecords(await encode(list, 40, compression), 40);
          expect(records.map(plain)).toEqual(list.map((r) => ({ ...r, headers: { ...r.headers } })));
          expect(records.map((r) => [r.offset, r.timestamp])).toEqual(
            list.map((_, i) => [40 + i, 1_000 + i]),
          );
          expect(nextOffset).toBe(40 + list.length);
        },
      ),
    );
  });

  it('reads a batch of more records than fit on a stack', async () => {
    const batch = await encode(
      Array.from({ length: 150_000 }, () => ({ key: null, value: null, headers: {} })),
    );
    expect(decodeRecords(batch, 0).records).toHaveLength(150_000);
  });

  it('leaves out what is before the fetch offset, and a batch cut short at the end', async () => {
    const one = { key: null, value: Buffer.from('x'), headers: {} };
    const [first, second] = [await encode([one, one, one], 10), await encode([one], 13)];
    const cut = Buffer.concat([first, second.subarray(0, second.length - 1)]);
    const { records, nextOffset } = decodeRecords(cut, 11);
    expect(records.map((r) => r.offset)).toEqual([11, 12]);
    expect(nextOffset).toBe(13);
  });

  it('notices every flipped bit of a batch', async () => {
    const batch = await encode([{ key: Buffer.from('k'), value: Buffer.from('value'), headers: { a: 'b' } }]);
    const baseOffsetAndEpoch = (at: number) => at < 8 || (at >= 12 && at < 16);
    for (let bit = 0; bit < batch.length * 8; bit++) {
      if (baseOffsetAndEpoch(bit >> 3)) continue; // not under the checksum
      const broken = Buffer.from(batch);
      broken[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decodeRecords(broken, 0)).toThrow(KafkaError);
    }
  });
});
