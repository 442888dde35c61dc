import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLogger } from 'kafkajs/src/loggers/index.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import groupMessagesPerPartition from 'kafkajs/src/producer/groupMessagesPerPartition.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import { RecordBatch } from 'kafkajs/src/protocol/recordBatch/v0/index.js';
import Record, { type RecordToEncode } from 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
import { kafkajsLogCreator, silent } from './logging.js';

/** A record as kafkajs's encoder puts it together. */
function inPieces({ offsetDelta, timestampDelta, key, value, headers }: RecordToEncode): Buffer {
  const pairs = Object.entries(headers).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values]).map((one) => [name, one] as const),
  );
  const body = new Encoder().writeInt8(0).writeVarLong(timestampDelta).writeVarInt(offsetDelta);
  body.writeVarIntBytes(key).writeVarIntBytes(value).writeVarInt(pairs.length);
  for (const [name, one] of pairs) body.writeVarIntBytes(name).writeVarIntBytes(one);
  return new Encoder().writeVarInt(body.size()).writeEncoder(body).buffer;
}

/** Each of these fails with kafkajs as it is published; see ADR 0002. */
describe('kafkajs, patched,', () => {
  it('runs no timer on a connection that nothing waits for', () => {
    const logger = createLogger({ level: 0, logCreator: kafkajsLogCreator(silent) });
    const queue = new RequestQueue({
      maxInFlightRequests: null,
      requestTimeout: 1_000,
      enforceRequestTimeout: false,
      clientId: 'x',
      broker: 'x',
      logger,
    });
    queue.scheduleCheckPendingRequests();
    const timer = queue.throttleCheckTimeoutId;
    queue.destroy();
    expect(timer).toBeNull();
  });

  it('groups the records of a partition without copying the group for each', () => {
    const messages = Array.from({ length: 1_000 }, (_, n) => ({ value: String(n) }));
    const iterate = Array.prototype[Symbol.iterator];
    let copies = 0;
    Array.prototype[Symbol.iterator] = function (this: unknown[]) {
      copies++;
      return iterate.call(this);
    };
    try {
      const grouped = groupMessagesPerPartition({
        topic: 't',
        partitionMetadata: [{}],
        messages,
        partitioner: () => 0,
      });
      expect(grouped[0]!.length).toBe(1_000);
    } finally {
      Array.prototype[Symbol.iterator] = iterate;
    }
    expect(copies).toBeLessThan(100);
  });

  it('encodes a record without an encoder for each header', () => {
    const text = fc.oneof(fc.string({ maxLength: 200 }), fc.string({ unit: 'binary', maxLength: 200 }));
    const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
    const written = fc.oneof(text, bytes);
    const record = fc.record({
      offsetDelta: fc.nat(),
      timestampDelta: fc.oneof(fc.nat(1_000), fc.integer({ min: -(2 ** 45), max: 2 ** 45 })),
      key: fc.option(written),
      value: fc.option(fc.oneof(bytes, fc.constant(Buffer.alloc(40_000, 7)))),
      headers: fc.dictionary(text, fc.oneof(written, fc.array(written, { maxLength: 3 })), { maxKeys: 12 }),
    });
    fc.assert(
      fc.property(record, (given) => {
        expect(Record(given).buf.equals(inPieces(given))).toBe(true);
      }),
    );
    const simple = { offsetDelta: 0, timestampDelta: 0, key: 'k', value: 'v', headers: {} };
    expect(Record(simple)).not.toBeInstanceOf(Encoder);
  });

  it('puts a batch of records together in one buffer', async () => {
    const texts = fc.array(fc.string({ maxLength: 300 }), { maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(texts, fc.nat(), async (values, firstSequence) => {
        const records = values.map((value, offsetDelta) =>
          Record({ offsetDelta, key: null, value, headers: {} }),
        );
        const batch = await RecordBatch({ records, firstTimestamp: 1, maxTimestamp: 2 ** 40, firstSequence });
        const body = new Encoder()
          .writeInt16(0)
          .writeInt32(0)
          .writeInt64(1)
          .writeInt64(2 ** 40)
          .writeInt64(-1);
        body.writeInt16(0).writeInt32(firstSequence).writeInt32(records.length).writeEncoderArray(records);
        const rest = new Encoder()
          .writeInt32(0)
          .writeInt8(2)
          .writeUInt32(crc32C(body.buffer))
          .writeEncoder(body);
        const whole = new Encoder().writeInt64(0).writeInt32(rest.size()).writeEncoder(rest);
        expect(batch.buffer.equals(whole.buffer)).toBe(true);
        expect(batch.buf).toHaveLength(batch.buffer.length);
      }),
    );
  });

  it('computes checksums as the standard has them, whatever the length', () => {
    expect(crc32C(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32C(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32C(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
    expect(crc32C(Buffer.from(Array.from({ length: 32 }, (_, i) => i)))).toBe(0x46dd794e);
  });
});
