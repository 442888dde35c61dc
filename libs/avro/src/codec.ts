import avro from 'avsc';
import { AvroError } from './errors.js';
import type { SchemaRegistry } from './schema-registry.js';

/** Magic byte and schema id of the Confluent wire format. */
const HEADER_BYTES = 5;
const UNKNOWN_ID_KEPT_MS = 30_000;

type Writer =
  | { resolver: ReturnType<avro.Type['createResolver']> | undefined; type: avro.Type }
  | { refused: string; until: number };

/**
 * Between the values of one topic and their bytes in the Confluent wire format: 0, the id of the writer's schema as
 * big-endian int32, then Avro binary. Reads every compatible version, with one cached resolver per writer's schema.
 */
export class Codec<T> {
  private readonly reader: avro.Type;
  private readonly writers = new Map<number, Writer>();
  private scratch = Buffer.allocUnsafe(64 * 1024);
  private id: number | undefined;

  constructor(
    private readonly schema: object,
    private readonly registry: SchemaRegistry,
  ) {
    this.reader = parseSchema(schema);
  }

  /**
   * Learns the id to write with. Registration is part of a deployment, so the schema must be there.
   *
   * @throws SCHEMA_NOT_REGISTERED, REGISTRY_UNAVAILABLE
   */
  async useRegistered(subject: string, schema: object): Promise<this> {
    this.id = await this.registry.lookup(subject, schema);
    this.writers.set(this.id, { type: this.reader, resolver: undefined });
    return this;
  }

  /** Reads only these fields of the record; all of it must still be well formed. */
  projection(fields: readonly string[]): Codec<unknown> {
    const record = this.schema as { fields: { name: string }[] };
    const kept = record.fields.filter(({ name }) => fields.includes(name));
    return new Codec({ ...record, fields: kept }, this.registry);
  }

  /** @throws INVALID_VALUE, with the path of the field that does not fit */
  encode(value: T): Buffer {
    if (this.id === undefined) throw new AvroError('SCHEMA_NOT_REGISTERED', 'This codec only reads.');
    let end: number;
    try {
      end = this.reader.encode(value, this.scratch, HEADER_BYTES);
      if (end < 0) {
        this.scratch = Buffer.allocUnsafe((this.scratch.length - end) * 2);
        end = this.reader.encode(value, this.scratch, HEADER_BYTES);
      }
    } catch (cause) {
      throw new AvroError('INVALID_VALUE', `The value does not fit its schema: ${(cause as Error).message}`, {
        cause,
      });
    }
    this.scratch[0] = 0;
    this.scratch.writeInt32BE(this.id, 1);
    return Buffer.from(this.scratch.subarray(0, end));
  }

  /**
   * Fetches the writers' schemas that these values name and that are not known yet, so that `decode` need not wait.
   *
   * @throws REGISTRY_UNAVAILABLE
   */
  async prepare(values: Iterable<Buffer | null>): Promise<void> {
    const unknown = new Set<number>();
    for (const value of values) {
      const id = value && writerId(value);
      if (id === null || id === undefined) continue;
      const writer = this.writers.get(id);
      if (!writer || ('refused' in writer && writer.until < Date.now())) unknown.add(id);
    }
    for (const id of unknown) this.writers.set(id, await this.fetchWriter(id));
  }

  /** @throws MALFORMED_RECORD, also for a schema that `prepare` has not seen */
  decode(value: Buffer | null): T {
    if (value === null) throw malformed('The record has no value.');
    const id = writerId(value);
    if (id === null) throw malformed('The value does not begin with the magic byte 0 and a schema id.');
    const writer = this.writers.get(id);
    if (!writer) throw malformed(`Schema id ${id} is unknown.`);
    if ('refused' in writer) throw malformed(writer.refused);
    let decoded: { value: T; offset: number };
    try {
      decoded = writer.resolver
        ? this.reader.decode(value, HEADER_BYTES, writer.resolver)
        : this.reader.decode(value, HEADER_BYTES);
    } catch (cause) {
      throw malformed(`The value is no Avro of schema id ${id}: ${(cause as Error).message}`, cause);
    }
    if (decoded.offset < 0) throw malformed(`The value ends before the record of schema id ${id} does.`);
    if (decoded.offset < value.length)
      throw malformed(`The value goes on after the record of schema id ${id}.`);
    return decoded.value;
  }

  private async fetchWriter(id: number): Promise<Writer> {
    const refuse = (refused: string): Writer => ({ refused, until: Date.now() + UNKNOWN_ID_KEPT_MS });
    const schema = await this.registry.schema(id);
    if (!schema) return refuse(`Schema id ${id} is not in the registry.`);
    try {
      const type = parseSchema(schema);
      return { type, resolver: this.reader.createResolver(type) };
    } catch (cause) {
      return refuse(`Schema id ${id} cannot be read as ${this.reader.name}: ${(cause as Error).message}`);
    }
  }
}

/** The value in the Confluent wire format. @param body Avro binary by the schema that the registry knows as `id` */
export function wireFormat(id: number, body: Uint8Array): Buffer {
  const value = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  value[0] = 0;
  value.writeInt32BE(id, 1);
  value.set(body, HEADER_BYTES);
  return value;
}

/** @throws Error if it is no Avro schema */
export const parseSchema = (schema: object): avro.Type =>
  avro.Type.forSchema(schema as avro.Schema, { wrapUnions: false });

const writerId = (value: Buffer) =>
  value.length >= HEADER_BYTES && value[0] === 0 ? value.readInt32BE(1) : null;
const malformed = (message: string, cause?: unknown) => new AvroError('MALFORMED_RECORD', message, { cause });
