/** Reads the primitive types of the Kafka protocol from a buffer, front to back. Integers are exact up to 2^53. */
export class Bytes {
  constructor(
    readonly buffer: Buffer,
    public at = 0,
  ) {}

  get left(): number {
    return this.buffer.length - this.at;
  }

  int8(): number {
    return this.buffer.readInt8(this.move(1));
  }

  int16(): number {
    return this.buffer.readInt16BE(this.move(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.move(4));
  }

  uint32(): number {
    return this.buffer.readUInt32BE(this.move(4));
  }

  int64(): number {
    const at = this.move(8);
    return this.buffer.readInt32BE(at) * 0x1_0000_0000 + this.buffer.readUInt32BE(at + 4);
  }

  string(): string {
    return this.slice(this.int16()).toString('utf8');
  }

  /** Zigzag varint of up to 64 bits. */
  varint(): number {
    const buffer = this.buffer;
    let byte = buffer[this.at++]!;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let low = byte & 0x7f;
    let scale = 128;
    let value = low;
    do {
      if (this.at >= buffer.length || scale > 2 ** 63) throw new RangeError('A varint does not end.');
      byte = buffer[this.at++]!;
      low = byte & 0x7f;
      value += low * scale;
      scale *= 128;
    } while (byte >= 0x80);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A view of the next `length` bytes, not a copy. */
  slice(length: number): Buffer {
    const at = this.move(length);
    return this.buffer.subarray(at, at + length);
  }

  array<T>(read: () => T): T[] {
    const length = this.int32();
    return Array.from({ length: Math.max(0, length) }, read);
  }

  private move(length: number): number {
    const at = this.at;
    if (length < 0 || at + length > this.buffer.length) throw new RangeError('The bytes end too early.');
    this.at = at + length;
    return at;
  }
}
