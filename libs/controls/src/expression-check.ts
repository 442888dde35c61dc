import { quoted } from '@auditmesh/policies';
import { type ExpressionFault, MAX_READS, type Node } from './cel.js';
import { functionFault, iterating } from './functions.js';
import { chainOf, endOf } from './field-chain.js';
import { hintOf } from './hint.js';
import { patternSteps } from './pattern.js';
import { cheap, costOf, type Cost, ofShape, total } from './cost.js';
import { entryOf, fieldOf, isRecord, type RecordShape, type Shape } from './shape.js';
import { unknownField } from './unknown-field.js';

/** Steps that one evaluation may take, some dozens of nanoseconds each. */
const MAX_STEPS = 10_000_000;

/** A field that an expression reads. */
export interface FieldRead {
  /** As people write it, such as `event.details.approvers`. */
  readonly path: string;
  readonly steps: readonly string[];
  readonly shape: Shape;
  /** Whether only its presence is asked for, by `has`. */
  readonly presence: boolean;
  /** Where it stands in the expression, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** What an expression reads, or what is wrong with it. */
export interface Findings {
  reads: FieldRead[];
  faults: ExpressionFault[];
  /** Whether it has no answer as soon as any field is missing. */
  strict: boolean;
}

interface Walk extends Findings {
  roots: RecordShape;
  text: string;
}
interface Value extends Cost {
  shape: Shape;
}
/** Variables of the comprehensions around a node, with what they stand for. */
type Scope = ReadonlyMap<string, Shape>;

/** Finds the fields that an expression reads, and refuses what it must not do. @param roots the variables that it may use */
export function checkExpression(text: string, node: Node, roots: RecordShape): Findings {
  const walk: Walk = { reads: [], faults: [], strict: true, roots, text };
  const { steps } = valueOf(walk, node, new Map());
  if (steps > MAX_STEPS)
    refuse(walk, node, 'It could take too long: lists are gone through within lists, or too often.');
  if (walk.reads.length > MAX_READS) refuse(walk, node, `It reads more than ${MAX_READS} fields.`);
  return walk;
}

/** @param hint what a field that may be anything is expected to be, since it is compared with such a value */
function valueOf(walk: Walk, node: Node, scope: Scope, hint: Shape = 'any'): Value {
  const chain = chainOf(node);
  if (chain && !scope.has(chain.root)) return readField(walk, node, chain.steps, { presence: false, hint });
  switch (node.op) {
    case 'value':
      if (node.args === null)
        refuse(walk, node, 'No field is ever null: one without a value is missing. Ask for it with has().');
      return cheap('any');
    case 'id':
      return ofShape(scope.get(node.args) ?? 'any');
    case '.':
      return fieldWithin(walk, node, valueOf(walk, node.args[0], scope), node.args[1]);
    case '[]':
      return entryWithin(walk, node, scope);
    case '.?':
    case '[?]':
      return refuse(walk, node, 'Optional fields are not known here; use has().');
    case 'call':
      return call(walk, node, node.args[0], null, node.args[1], scope);
    case 'rcall':
      return call(walk, node, node.args[0], node.args[1], node.args[2], scope);
    case '||':
    case '&&':
    case '?:':
      walk.strict = false;
  }
  return combined(walk, node, scope);
}

function combined(walk: Walk, node: Node, scope: Scope): Value {
  const operands = operandsOf(node);
  const values = operands.map((operand, at) =>
    // On the right of `in` stands what holds the value, not one like it.
    valueOf(walk, operand, scope, node.op === 'in' && at === 1 ? 'any' : hintOf(node, operands[1 - at])),
  );
  const shape: Shape = node.op === 'list' ? { list: 'any' } : 'any';
  return { shape, ...costOf(node.op, values, operands.length) };
}

function operandsOf(node: Node): Node[] {
  if (node.op === 'map') return node.args.flat();
  return ([node.args].flat() as unknown[]).filter(
    (each): each is Node => typeof each === 'object' && each !== null,
  );
}

function call(
  walk: Walk,
  node: Node,
  name: string,
  receiver: Node | null,
  args: Node[],
  scope: Scope,
): Value {
  const fault = functionFault(name, receiver !== null, args);
  if (fault !== undefined) return refuse(walk, node, fault);
  if (name === 'has') return presence(walk, node, args[0]!, scope);
  if (receiver && iterating.has(name)) return comprehension(walk, name, receiver, args, scope);
  const values = (receiver ? [receiver, ...args] : args).map((each) => valueOf(walk, each, scope));
  const own = name === 'matches' ? patternSteps((args[0] as Node & { op: 'value' }).args as string) : 1;
  return cheap('any', total(values) + own);
}

function comprehension(
  walk: Walk,
  name: string,
  receiver: Node,
  [variable, ...body]: Node[],
  scope: Scope,
): Value {
  walk.strict = false;
  const range = valueOf(walk, receiver, scope);
  if (variable!.op !== 'id')
    return refuse(walk, variable!, `The first argument of ${name} is the name of an entry.`);
  const entry = variable!.args;
  if (entry.startsWith('_') || Object.hasOwn(walk.roots.fields, entry) || scope.has(entry))
    return refuse(walk, variable!, `The entry needs a name of its own, other than ${quoted(entry)}.`);
  const inner = new Map(scope).set(entry, entryOf(range.shape));
  const values = body.map((each) => valueOf(walk, each, inner));
  const steps = range.steps + Math.max(1, range.entries) * (total(values) + 1);
  if (name === 'filter') return { ...range, steps };
  if (name !== 'map') return cheap('bool', steps);
  const made = values.at(-1)!;
  const weight = range.entries * made.weight;
  return { shape: { list: made.shape }, steps, entries: range.entries, weight };
}

function presence(walk: Walk, node: Node, field: Node, scope: Scope): Value {
  walk.strict = false;
  const chain = chainOf(field);
  if (!chain) return refuse(walk, field, 'has() asks for a field, such as has(event.details.reason).');
  if (!scope.has(chain.root)) return readField(walk, node, chain.steps, { presence: true, hint: 'any' });
  return cheap('bool', valueOf(walk, field, scope).steps);
}

function readField(
  walk: Walk,
  node: Node,
  steps: readonly string[],
  { presence, hint }: { presence: boolean; hint: Shape },
): Value {
  let shape: Shape = walk.roots;
  for (const [at, step] of steps.entries()) {
    const next: Shape | undefined = fieldOf(shape, step);
    if (next === undefined) return refuse(walk, node, unknownField(steps.slice(0, at), step, shape));
    shape = next;
  }
  if (shape === 'any') shape = hint;
  const path = steps.join('.');
  if (isRecord(shape) && !presence)
    return refuse(
      walk,
      node,
      `${path} is a mapping: name one of its fields, such as ${path}.${Object.keys(shape.fields)[0] ?? 'x'}.`,
    );
  const end = endOf(walk.text, node, presence);
  if (end === undefined) return refuse(walk, node, `Write ${path} without parentheses, comments or escapes.`);
  walk.reads.push({ path, steps, shape, presence, start: node.start, end });
  return ofShape(presence ? 'bool' : shape);
}

function fieldWithin(walk: Walk, node: Node, { shape, steps }: Value, name: string): Value {
  const found = fieldOf(shape, name);
  if (found === undefined) return refuse(walk, node, unknownField(['the entry'], name, shape));
  return ofShape(found, steps + 1);
}

function entryWithin(walk: Walk, node: Node & { op: '[]' }, scope: Scope): Value {
  const [of, by] = node.args;
  const list = valueOf(walk, of, scope);
  if (by.op === 'value' && typeof by.args === 'string') return fieldWithin(walk, node, list, by.args);
  const position = valueOf(walk, by, scope);
  if (isRecord(list.shape))
    return refuse(walk, node, 'A field is named by a text in quotes, or after a dot.');
  return ofShape(entryOf(list.shape), list.steps + position.steps);
}

/** Notes the fault; what was refused may be anything, so that nothing follows from it. */
function refuse(walk: Walk, node: Node, message: string): Value {
  walk.faults.push({ message, offset: node.start });
  return cheap('any');
}
