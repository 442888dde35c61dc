import { Bytes } from './protocol/bytes.js';

/** Headers by name; of one that occurs more than once the last. */
export type Headers = Readonly<Record<string, string>>;

/** A record as it stands in a partition. Key, value and headers are views of the fetched bytes. */
export class ConsumedRecord<T = unknown> {
  /** The decoded value, once a codec has set it. */
  value!: T;

  constructor(
    readonly offset: number,
    /** ms since the epoch; append time where the topic says so. */
    readonly timestamp: number,
    readonly keyBytes: Buffer | null,
    readonly valueBytes: Buffer | null,
    private readonly headerBytes: Buffer,
  ) {}

  /** The key as text; empty without one. */
  get key(): string {
    return this.keyBytes?.toString('utf8') ?? '';
  }

  get headers(): Headers {
    return Object.fromEntries([...this.rawHeaders()].map(([name, bytes]) => [name, bytes.toString('utf8')]));
  }

  /** Headers as bytes, in their order, repeated ones included. */
  *rawHeaders(): Generator<[string, Buffer]> {
    const bytes = new Bytes(this.headerBytes);
    for (let left = bytes.varint(); left > 0; left--) {
      const name = bytes.slice(bytes.varint()).toString('utf8');
      const length = bytes.varint();
      yield [name, length < 0 ? Buffer.alloc(0) : bytes.slice(length)];
    }
  }
}
