import type { Node } from './cel.js';
import type { Shape } from './shape.js';

const comparing: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);

/** What the other side of a comparison says of a value; CEL itself takes values of two types for different, not for wrong. */
export function hintOf({ op }: Node, other: Node | undefined): Shape {
  const literal = op === 'in' && other?.op === 'list' ? other.args[0] : other;
  if (literal?.op !== 'value' || !comparing.has(op)) return 'any';
  if (typeof literal.args === 'bigint') return op === '==' || op === '!=' || op === 'in' ? 'int' : 'double';
  const shapes = { string: 'string', boolean: 'bool', number: 'double' } as const;
  return shapes[typeof literal.args as keyof typeof shapes] ?? 'any';
}
