import {
  type Evaluate,
  type ExpressionFault,
  kindOf,
  LINEAR_MATCHES,
  MAX_LENGTH,
  type Node,
  parse,
  summaryOf,
  typeOf,
  variable,
} from './cel.js';
import { checkExpression, type FieldRead } from './expression-check.js';
import { type FactRead, type Facts, reasonOf, type Snapshot, snapshotOf, valueFor } from './facts.js';
import type { RecordShape } from './shape.js';
import { shortcutOf } from './shortcut.js';
import type { Quick } from './shortcut-read.js';

/** One field of a program: how it is found in the facts, and the variable that holds it. */
interface ProgramRead extends FactRead {
  readonly variable: string;
}

/** The answer of an expression, or why it has none. */
export type Answer = boolean | { readonly reason: string };

/**
 * An expression that was checked. Each field that it reads is a typed variable of the text that runs, so that a value of
 * another type never gets in.
 */
export class Program {
  /** The same object for each answer, with every variable from the beginning: that is what makes it fast. */
  private readonly values: Record<string, unknown>;

  constructor(
    readonly reads: readonly ProgramRead[],
    private readonly strict: boolean,
    private readonly run: Evaluate,
    private readonly shortcut: Quick | undefined,
  ) {
    this.values = Object.fromEntries(reads.map((read) => [read.variable, undefined]));
  }

  /** Never throws, and always gives the same answer for the same facts. */
  answer(facts: Facts): Answer {
    const { shortcut } = this;
    const answer = shortcut && shortcut(facts, undefined);
    return typeof answer === 'boolean' ? answer : this.celAnswer(facts);
  }

  /** The same from CEL itself. */
  celAnswer(facts: Facts): Answer {
    const { reads, values } = this;
    for (let at = 0; at < reads.length; at++) {
      const value = valueFor(facts, reads[at]!);
      if (value === undefined && this.strict)
        return { reason: reasonOf(facts, [reads[at]!]) ?? 'It has no answer.' };
      values[reads[at]!.variable] = value;
    }
    try {
      const answer = this.run(values);
      if (typeof answer === 'boolean') return answer;
      return { reason: 'The answer is neither true nor false.' };
    } catch (error) {
      return { reason: reasonOf(facts, this.reads) ?? `It cannot be worked out: ${summaryOf(error)}.` };
    }
  }

  /** Every field that the expression names, with what the facts hold there, null for nothing. */
  snapshot(facts: Facts): Snapshot {
    return snapshotOf(facts, this.reads);
  }
}

/**
 * Compiles an expression.
 *
 * @param roots what it may read; of several, the fields must be of one type in all of them
 * @returns the program, or at least one fault
 */
export function compileExpression(
  text: string,
  roots: readonly { of: string; shape: RecordShape }[],
): Program | ExpressionFault[] {
  if (text.length > MAX_LENGTH)
    return [{ message: `It is longer than ${MAX_LENGTH} characters.`, offset: 0 }];
  const parsed = parse(text);
  if ('message' in parsed) return [parsed];
  let first: { of: string; reads: FieldRead[]; strict: boolean } | undefined;
  for (const { of, shape } of roots) {
    const { faults, reads, strict } = checkExpression(text, parsed.node, shape);
    const where = roots.length > 1 ? ` This is so for events of type ${of}.` : '';
    if (faults.length) return faults.map((fault) => ({ ...fault, message: fault.message + where }));
    const odd = reads.find(
      (read, at) => first && !read.presence && kindOf(read.shape) !== kindOf(first.reads[at]!.shape),
    );
    if (odd)
      return [
        {
          message: `${odd.path} has another type in events of ${of} than in those of ${first!.of}.`,
          offset: odd.start,
        },
      ];
    first ??= { of, reads, strict };
  }
  return programOf(text, parsed.node, first!);
}

function programOf(
  text: string,
  node: Node,
  { reads, strict }: { reads: FieldRead[]; strict: boolean },
): Program | ExpressionFault[] {
  const variables = new Map<string, ProgramRead>();
  const pieces: Piece[] = [];
  for (const { path, steps, shape, presence, start, end } of reads) {
    const kind = presence ? 'b' : kindOf(shape);
    const key = kind + String(presence) + path;
    if (!variables.has(key))
      variables.set(key, { path, steps, shape, presence, variable: variable(kind, variables.size) });
    pieces.push({ start, end, text: variables.get(key)!.variable });
  }
  const named = rewritten(text, [...pieces, ...patternCalls(text, node)]);
  const back = (fault: ExpressionFault): ExpressionFault[] => [
    { ...fault, offset: named.origin(fault.offset) },
  ];
  const type = typeOf(named.text);
  if (typeof type !== 'string') return back(type);
  if (type !== 'bool') return [{ message: 'It must be true or false, such as a comparison.', offset: 0 }];
  const compiled = parse(named.text);
  if ('message' in compiled) return back(compiled);
  if (patternCalls(named.text, compiled.node).length)
    return [{ message: 'Write matches("…") without comments in it.', offset: 0 }];
  return new Program([...variables.values()], strict, compiled.evaluate, shortcutOf(node, reads));
}

/** Text that takes the place of what stands from `start` to `end`. */
interface Piece {
  start: number;
  end: number;
  text: string;
}

/** The text with the pieces put in, and the way from a place in it back to the place that it came from. */
function rewritten(text: string, pieces: Piece[]): { text: string; origin: (offset: number) => number } {
  let result = '';
  let from = 0;
  const marks: { at: number; origin: number }[] = [{ at: 0, origin: 0 }];
  for (const piece of pieces.sort((one, other) => one.start - other.start)) {
    result += text.slice(from, piece.start);
    marks.push({ at: result.length, origin: piece.start });
    result += piece.text;
    from = piece.end;
    marks.push({ at: result.length, origin: from });
  }
  const origin = (offset: number) => {
    const mark = marks.findLast(({ at }) => at <= offset)!;
    const next = marks[marks.indexOf(mark) + 1];
    return Math.min(mark.origin + offset - mark.at, next?.origin ?? text.length);
  };
  return { text: result + text.slice(from), origin };
}

/** Where the method `matches` stands by name, to be replaced by one that never backtracks. */
function patternCalls(text: string, node: unknown): Piece[] {
  if (Array.isArray(node)) return node.flatMap((each) => patternCalls(text, each));
  if (typeof node !== 'object' || node === null || !('op' in node)) return [];
  const { op, args } = node as Node;
  const inner = Array.isArray(args) || typeof args === 'object' ? patternCalls(text, args) : [];
  if (op !== 'rcall' || args[0] !== 'matches') return inner;
  const start = text.lastIndexOf('matches', args[2][0]!.start);
  return [...inner, { start, end: start + 'matches'.length, text: LINEAR_MATCHES }];
}
