import { type ASTNode, Environment, EvaluationError, ParseError, TypeError } from '@marcbachmann/cel-js';
import { matchesLinear } from './pattern.js';
import { isList, isRecord, type Shape } from './shape.js';

/** Fields that one expression may read. */
export const MAX_READS = 32;
/** Characters of an expression. */
export const MAX_LENGTH = 2_000;
/** Entries of a list of an event that an expression may go through; a longer one cannot be evaluated. */
export const MAX_ENTRIES = 1_000;
/** Name of the function that takes the place of CEL's `matches`, which would backtrack. */
export const LINEAR_MATCHES = 'matchesLinear_';

/** A node of a parsed expression; its `start` and `end` are UTF-16 units of the text. */
export type Node = ASTNode;

/** Something wrong with an expression, and where in it. */
export interface ExpressionFault {
  message: string;
  /** UTF-16 units from the start of the expression. */
  offset: number;
}

/** Parts of a type name of CEL by letter, as they begin the names of our variables. */
const kinds = {
  b: 'bool',
  i: 'int',
  f: 'double',
  s: 'string',
  t: 'google.protobuf.Timestamp',
  l: 'list<string>',
  n: 'list<int>',
  a: 'list<dyn>',
  d: 'dyn',
} as const;
export type Kind = keyof typeof kinds;

/** The one environment that all expressions run in: a variable for each field that one may read, by its type. */
const environment = new Environment({
  limits: { maxAstNodes: 400, maxDepth: 40, maxListElements: 200, maxMapEntries: 50, maxCallArguments: 4 },
});
for (const [kind, type] of Object.entries(kinds))
  for (let at = 0; at < MAX_READS; at++) environment.registerVariable(variable(kind as Kind, at), type);
environment.registerFunction(`string.${LINEAR_MATCHES}(string): bool`, matchesLinear, { async: false });

/** Name of the variable that holds the field read as the `at`th, from 0. */
export function variable(kind: Kind, at: number): string {
  return `_${kind}${at}`;
}

/** How a field of this shape is given to an expression. */
export function kindOf(shape: Shape): Kind {
  if (isRecord(shape)) return 'd';
  if (isList(shape)) return shape.list === 'string' ? 'l' : shape.list === 'int' ? 'n' : 'a';
  return ({ bool: 'b', int: 'i', double: 'f', string: 's', time: 't', any: 'd' } as const)[shape];
}

/** Evaluates a parsed expression. @throws Error where CEL has no answer */
export type Evaluate = (values: Record<string, unknown>) => unknown;

export function parse(text: string): { node: Node; evaluate: Evaluate } | ExpressionFault {
  try {
    const evaluate = environment.parse(text);
    return { node: evaluate.ast, evaluate };
  } catch (error) {
    return faultOf(error);
  }
}

/** Type of a text whose fields are variables, as CEL names it, or what does not fit together. */
export function typeOf(text: string): string | ExpressionFault {
  const { valid, type, error } = environment.check(text);
  return valid ? type! : faultOf(error);
}

/** What CEL says of a failure, without the excerpt that it adds. */
export function summaryOf(error: unknown): string {
  if (error instanceof ParseError || error instanceof TypeError || error instanceof EvaluationError)
    return error.summary;
  return error instanceof Error ? error.message : String(error);
}

function faultOf(error: unknown): ExpressionFault {
  const range = (error as { range?: { start: number } | undefined }).range;
  return { message: plainly(summaryOf(error)), offset: range?.start ?? 0 };
}

function plainly(summary: string): string {
  const overload = /^no such overload: (.*)$/.exec(summary)?.[1];
  if (overload !== undefined) return `These types do not go together: ${overload}.`;
  if (summary.startsWith('found no matching overload for'))
    return `No function takes these types: ${summary.slice('found no matching overload for '.length)}.`;
  if (summary === 'Unexpected token: EOF') return 'The expression ends too early.';
  return `${summary.split('\n')[0]!.replace(/\.$/, '')}.`;
}
