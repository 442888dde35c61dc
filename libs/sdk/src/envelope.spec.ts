import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { beginEnvelope, decodeEnvelope, headersOf, type Envelope } from './envelope.js';

function encodeEnvelope(envelope: Envelope, at: number): Buffer {
  const bytes = Buffer.alloc(1_000);
  const end = beginEnvelope(bytes, at, envelope);
  return Buffer.concat([bytes.subarray(at, end), envelope.avro]);
}

describe('an envelope', () => {
  test('gives back what was put into it', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(text, fc.nat(), text, fc.uint8Array(), fc.nat(50), (key, occurredAt, trace, avro, at) => {
        const given = { key, occurredAt, traceparent: trace || undefined, avro: Buffer.from(avro) };
        expect(decodeEnvelope(encodeEnvelope(given, at))).toEqual(given);
      }),
    );
  });

  test('makes headers whose source and id name the record', () => {
    const headers = headersOf({ key: 'kv/db', occurredAt: 0, avro: Buffer.alloc(0) }, 'vault/1', 7);
    expect(headers).toMatchObject({ ce_source: 'vault/1', ce_id: '7', ce_subject: 'kv/db' });
    expect(headers).not.toHaveProperty('traceparent');
  });
});
