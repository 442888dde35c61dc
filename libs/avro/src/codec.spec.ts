import { describe, expect, it } from '@jest/globals';
import { topics } from '@auditmesh/events';
import fc from 'fast-check';
import { Codec } from './codec.js';
import { AvroError } from './errors.js';
import type { SchemaRegistry } from './schema-registry.js';

const older = { type: 'record', name: 'R', fields: [{ name: 'a', type: 'string' }] };
const newer = {
  type: 'record',
  name: 'R',
  fields: [...older.fields, { name: 'b', type: ['null', 'long'], default: null }],
};
const other = { type: 'record', name: 'R', fields: [{ name: 'c', type: 'long' }] };
const schemas: Record<number, object> = { 1: older, 2: newer, 3: other, 4: topics.auditEvents.schema };

const registry = {
  lookup: async (_subject: string, schema: object) =>
    Number(Object.entries(schemas).find(([, s]) => s === schema)![0]),
  schema: async (id: number) => schemas[id],
} as unknown as SchemaRegistry;

const codec = async (schema: object) =>
  new Codec<Record<string, unknown>>(schema, registry).useRegistered('s', schema);

async function read(reader: Codec<unknown>, value: Buffer | null): Promise<unknown> {
  await reader.prepare([value]);
  return reader.decode(value);
}

describe('Codec', () => {
  it('writes the magic byte and the schema id before the record', async () => {
    const bytes = (await codec(older)).encode({ a: 'x' });
    expect([...bytes]).toEqual([0, 0, 0, 0, 1, 2, 'x'.charCodeAt(0)]);
  });

  it('reads what an older and a newer schema wrote', async () => {
    const [old, young] = [await codec(older), await codec(newer)];
    expect(await read(young, old.encode({ a: 'x' }))).toMatchObject({ a: 'x', b: null });
    expect(await read(old, young.encode({ a: 'x', b: 7 }))).toMatchObject({ a: 'x' });
  });

  it('grows for a value larger than its buffer', async () => {
    const both = await codec(older);
    const a = 'x'.repeat(300_000);
    expect(await read(both, both.encode({ a }))).toMatchObject({ a });
  });

  it('names the field that does not fit', async () => {
    const encode = (await codec(newer)).encode.bind(await codec(newer));
    expect(() => encode({ a: 7, b: null })).toThrow(/invalid/);
  });

  it.each<[string, Buffer | null, RegExp]>([
    ['no value', null, /no value/],
    ['an empty value', Buffer.alloc(0), /magic byte/],
    ['JSON', Buffer.from('{"a":"x"}'), /magic byte/],
    ['an id that the registry does not have', Buffer.from([0, 0, 0, 0, 99, 0]), /99 is not in the registry/],
    ['a schema it cannot read', Buffer.from([0, 0, 0, 0, 3, 0]), /cannot be read/],
    ['a value cut short', Buffer.from([0, 0, 0, 0, 1, 20, 65]), /ends before/],
    ['a value too long', Buffer.from([0, 0, 0, 0, 1, 2, 65, 66]), /goes on/],
  ])('refuses %s as malformed', async (_what, value, message) => {
    await expect(read(await codec(older), value)).rejects.toThrow(message);
    await expect(read(await codec(older), value)).rejects.toBeInstanceOf(AvroError);
  });

  it('ends on any bytes, with a value or as malformed', async () => {
    const events = await codec(topics.auditEvents.schema);
    const header = Buffer.from([0, 0, 0, 0, 4]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          events.decode(Buffer.concat([header, bytes]));
        } catch (error) {
          expect((error as AvroError).code).toBe('MALFORMED_RECORD');
        }
      }),
      { numRuns: 20_000 },
    );
  });

  it('does not loop over an array that claims more items than there are bytes', async () => {
    const schema = {
      type: 'record',
      name: 'L',
      fields: [{ name: 'l', type: { type: 'array', items: 'int' } }],
    };
    schemas[5] = schema;
    const lists = await codec(schema);
    const claim = Buffer.from([0, 0, 0, 0, 5, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    expect(() => lists.decode(claim)).toThrow(/ends before/);
  });
});
