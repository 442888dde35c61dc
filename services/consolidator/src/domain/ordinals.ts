/** A set of ordinals, one bit each, growing with the largest. */
export class Ordinals {
  size = 0;

  /** @param bits bit n of byte n/8, from the lowest */
  constructor(private bits: Uint8Array = new Uint8Array(0)) {
    for (let byte of bits) for (; byte; byte &= byte - 1) this.size++;
  }

  has(ordinal: number): boolean {
    return ((this.bits[ordinal >> 3] ?? 0) & (1 << (ordinal & 7))) !== 0;
  }

  /** @returns false if it was there already */
  add(ordinal: number): boolean {
    const byte = ordinal >> 3;
    const bit = 1 << (ordinal & 7);
    if (byte >= this.bits.length) {
      const grown = new Uint8Array(Math.max(byte + 1, this.bits.length * 2));
      grown.set(this.bits);
      this.bits = grown;
    }
    if (this.bits[byte]! & bit) return false;
    this.bits[byte]! |= bit;
    this.size++;
    return true;
  }

  /** Ordinals of either. */
  union(other: Ordinals): Ordinals {
    const [long, short] =
      this.bits.length < other.bits.length ? [other.bits, this.bits] : [this.bits, other.bits];
    const bits = long.slice();
    for (let i = 0; i < short.length; i++) bits[i]! |= short[i]!;
    return new Ordinals(bits);
  }

  toBytes(): Buffer {
    return Buffer.from(this.bits);
  }
}
