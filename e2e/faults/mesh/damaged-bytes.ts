import type { Damage } from '../plan/load-step.ts';

/** Bytes that nobody can decode, made of a value in the wire format: 0, four bytes of schema id, Avro. */
export function damagedBytes(whole: Buffer, damage: Damage): Buffer | null {
  const copy = Buffer.from(whole);
  switch (damage) {
    case 'empty':
      return Buffer.alloc(0);
    case 'no-value':
      return null;
    case 'cut-off':
      return copy.subarray(0, copy.length - 1);
    case 'too-long':
      return Buffer.concat([copy, Buffer.of(0)]);
    case 'magic':
      copy[0] = 1;
      return copy;
    case 'unknown-schema':
      copy.writeInt32BE(2 ** 31 - 1, 1);
      return copy;
  }
}
