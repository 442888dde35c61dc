import { parseSchema } from './codec.js';

/**
 * Why `schema` and `other` are not fully compatible, one sentence per direction; empty if each can read what the other
 * wrote (Avro 1.12 specification, "Schema Resolution").
 */
export function incompatibilities(schema: object, other: object): string[] {
  const reasons: string[] = [];
  const [a, b] = [parseSchema(schema), parseSchema(other)];
  for (const [reader, writer, what] of [
    [a, b, 'the new schema cannot read what the old one wrote'],
    [b, a, 'the old schema cannot read what the new one writes'],
  ] as const) {
    try {
      reader.createResolver(writer);
    } catch (error) {
      reasons.push(`${what}: ${(error as Error).message}`);
    }
  }
  return reasons;
}
