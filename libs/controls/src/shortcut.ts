import type { Node } from './cel.js';
import type { FieldRead } from './expression-check.js';
import { chainOf } from './field-chain.js';
import { iterating } from './functions.js';
import { type Kind, kindOfShape, presence, type Quick, readerOf } from './shortcut-read.js';
import { compared, contains, folded, matches, sizeOf, textTest } from './shortcut-operators.js';
import { entryOf, fieldOf, type Shape } from './shape.js';

/** A part of an expression with what it gives. */
export interface Part {
  readonly kind: Kind;
  readonly give: Quick;
  /** What it always gives, where that stands in the expression. */
  readonly fixed?: unknown;
}

/** The entry of the list that is gone through. */
interface Entry {
  readonly name: string;
  readonly shape: Shape;
}

/** Fields by where they stand in the expression. */
type Reads = ReadonlyMap<number, FieldRead>;

/**
 * The answer of an expression without going through CEL, for what expressions mostly are: comparisons, sizes, tests of
 * texts, membership, and lists gone through once. It says the same as CEL, or undefined where it cannot tell: then CEL is
 * asked, which also knows why there is no answer.
 *
 * @param node of the expression as it was written
 * @returns undefined for an expression that it has no shortcut for
 */
export function shortcutOf(node: Node, reads: readonly FieldRead[]): Quick | undefined {
  const part = partOf(node, new Map(reads.map((read) => [read.start, read])), undefined);
  return part?.kind === 'bool' ? part.give : undefined;
}

function partOf(node: Node, reads: Reads, entry: Entry | undefined): Part | undefined {
  const chain = chainOf(node);
  if (chain) return chain.root === entry?.name ? ofEntry(entry, chain.steps) : ofFacts(reads.get(node.start));
  switch (node.op) {
    case 'value':
      return literal(node.args);
    case '!_': {
      const of = partOf(node.args, reads, entry);
      if (of?.kind !== 'bool') return undefined;
      const { give } = of;
      return bool((facts, at) => {
        const value = give(facts, at);
        return value === undefined ? undefined : !value;
      });
    }
    case '&&':
    case '||': {
      const [left, right] = node.args.map((each) => partOf(each, reads, entry));
      if (left?.kind !== 'bool' || right?.kind !== 'bool') return undefined;
      return bool(folded(left.give, right.give, node.op === '||'));
    }
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const [left, right] = node.args.map((each) => partOf(each, reads, entry));
      return left && right && compared(left, node.op, right);
    }
    case 'in': {
      const [value, within] = node.args;
      const left = partOf(value, reads, entry);
      const right = within.op === 'list' ? literals(within.args) : partOf(within, reads, entry);
      return left && right && contains(left, right);
    }
    case 'call':
      return call(node, reads, entry);
    case 'rcall':
      return method(node, reads, entry);
  }
  return undefined;
}

function call({ args: [name, args], start }: Node & { op: 'call' }, reads: Reads, entry: Entry | undefined) {
  if (name === 'has' && reads.get(start)?.presence) return bool(presence(reads.get(start)!.steps));
  const of = name === 'size' && partOf(args[0]!, reads, entry);
  return of ? sizeOf(of) : undefined;
}

function method(
  { args: [name, receiver, args] }: Node & { op: 'rcall' },
  reads: Reads,
  entry: Entry | undefined,
): Part | undefined {
  const of = partOf(receiver, reads, entry);
  if (!of) return undefined;
  if (name === 'size') return sizeOf(of);
  if (iterating.has(name)) return entry ? undefined : gone(name, of, args, reads, shapeOf(receiver, reads));
  const argument = args[0] && partOf(args[0], reads, entry);
  if (of.kind !== 'string' || argument?.kind !== 'string') return undefined;
  if (name === 'matches') return bool(matches(of.give, argument.fixed as string));
  return textTest(name, of.give, argument);
}

/** `exists` and `all`, which end at the first entry that decides. */
function gone(
  name: string,
  list: Part,
  [variable, body]: Node[],
  reads: Reads,
  shape: Shape | undefined,
): Part | undefined {
  if ((name !== 'exists' && name !== 'all') || shape === undefined || variable?.op !== 'id') return undefined;
  const holds = partOf(body!, reads, { name: variable.args, shape: entryOf(shape) });
  if (holds?.kind !== 'bool') return undefined;
  const [decides, give, each] = [name === 'exists', list.give, holds.give];
  return bool((facts) => {
    const entries = give(facts, undefined) as unknown[] | undefined;
    if (entries === undefined) return undefined;
    for (let at = 0; at < entries.length; at++) {
      const said = each(facts, entries[at]);
      if (said === undefined) return undefined;
      if (said === decides) return decides;
    }
    return !decides;
  });
}

const shapeOf = (node: Node, reads: Reads): Shape | undefined => reads.get(node.start)?.shape;

function ofFacts(read: FieldRead | undefined): Part | undefined {
  if (!read || read.presence) return undefined;
  return readPart(read.shape, read.steps);
}

/** A field of the entry, or the entry itself. */
function ofEntry({ shape }: Entry, [, ...steps]: readonly string[]): Part | undefined {
  let inner: Shape | undefined = shape;
  for (const step of steps) inner = inner && fieldOf(inner, step);
  return inner && readPart(inner, ['entry', ...steps]);
}

function readPart(shape: Shape, steps: readonly string[]): Part | undefined {
  const kind = kindOfShape(shape);
  const give = kind && readerOf(kind, steps);
  return give && { kind, give };
}

function literal(value: unknown): Part | undefined {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? { kind: 'int', give: () => number, fixed: number } : undefined;
  }
  const kind = ({ boolean: 'bool', string: 'string', number: 'double' } as const)[typeof value as 'string'];
  return kind && { kind, give: () => value, fixed: value };
}

/** A list that is written out in the expression, of texts only. */
function literals(nodes: readonly Node[]): Part | undefined {
  const values = nodes.map((node) => (node.op === 'value' ? node.args : undefined));
  return values.every((value) => typeof value === 'string')
    ? { kind: 'strings', give: () => values, fixed: values }
    : undefined;
}

const bool = (give: Quick): Part => ({ kind: 'bool', give });
