import type { Scalar } from 'yaml';

const space = /\s/;

/**
 * Place in a YAML text of a character of a scalar's value. White space may be folded or indented, so the others are
 * counted; where they do not agree, as with escapes, it is the place of the scalar.
 *
 * @param within UTF-16 units from the start of the value
 */
export function placeWithin(text: string, node: Scalar, within: number): number {
  const [start, end] = node.range!;
  const value = String(node.value);
  const from = bodyOf(text, node, start);
  let at = from;
  for (let index = 0; index < value.length && index <= within; index++) {
    if (space.test(value[index]!)) continue;
    while (at < end && space.test(text[at]!)) at++;
    if (text[at] !== value[index]) return start;
    if (index === within) return at;
    at++;
  }
  return within === 0 ? start : at;
}

/** Where the value begins: after a quote, or on the line after the sign of a block. */
function bodyOf(text: string, { type }: Scalar, start: number): number {
  if (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') return start + 1;
  if (type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED') return text.indexOf('\n', start) + 1;
  return start;
}
