import fc from 'fast-check';
import { linesOf } from './device-lines.js';

/** Bytes of the longest line that the tests let in. */
export const LINE_BYTES = 8_192;

const lines = [...linesOf('openbao'), ...linesOf('vault')];
const line = fc.constantFrom(...lines);
/** What means something in JSON, breaks it, or has surprised a reader before. */
const token = fc.constantFrom(
  ...['{', '}', '[', ']', '"', ',', ':', '\\', '\\u0000', '\\ud800', '\n', '\r\n', '\0', '\ufeff'],
  ...['@cee: ', 'null', '1e999', '-0', '"__proto__":', '"constructor":', '"request":', '"id":""'],
  ...['"type":"response"', '['.repeat(2_000), 'x'.repeat(LINE_BYTES)],
);

/** A line with something put in the place of a part of it. */
const edited = fc.tuple(line, fc.nat(), fc.nat({ max: 40 }), token).map(([text, at, length, other]) => {
  const from = at % (text.length + 1);
  return text.slice(0, from) + other + text.slice(from + length);
});

/** A line with some value in it that is none of its kind. */
const mistyped = fc.tuple(line, fc.nat(), fc.jsonValue({ maxDepth: 4 })).map(([text, at, value]) => {
  const values = [...text.matchAll(/(?<=:)(?:"[^"]*"|\d+|true|false)/g)];
  const { index, 0: old } = values[at % values.length]!;
  return text.slice(0, index) + JSON.stringify(value) + text.slice(index + old.length);
});

/** Bodies such as a broken device, or somebody else, might send. */
export const bodies: fc.Arbitrary<Buffer> = fc.oneof(
  fc
    .array(fc.oneof(edited, mistyped, line), { maxLength: 4 })
    .map((list): Buffer => Buffer.from(list.join('\n'))),
  fc.array(token, { maxLength: 20 }).map((list): Buffer => Buffer.from(list.join(''))),
  fc.uint8Array({ maxLength: 300 }).map((bytes): Buffer => Buffer.from(bytes)),
  fc.json().map((text): Buffer => Buffer.from(text)),
);
