import { MAX_ENTRIES } from './cel.js';
import { isList, isRecord, type Shape } from './shape.js';

/** Single values that a field can hold: an event has at most 60,000 bytes. */
const MAX_WEIGHT = 30_000;

/** What it takes to find a value, and to use it; all are upper bounds. */
export interface Cost {
  /** Steps that it takes to find it. */
  steps: number;
  /** Entries that there are to go through. */
  entries: number;
  /** Single values in it, at any level, which are what comparing it takes. */
  weight: number;
}

/** A single value. */
export function cheap(shape: Shape, steps = 1): Cost & { shape: Shape } {
  return { shape, steps, entries: 0, weight: 1 };
}

/** A value of which only the shape is known. */
export function ofShape(shape: Shape, steps = 1): Cost & { shape: Shape } {
  if (isList(shape)) return { shape, steps, entries: MAX_ENTRIES, weight: weightOfList(shape.list) };
  if (isRecord(shape) || shape === 'any') return { shape, steps, entries: MAX_ENTRIES, weight: MAX_WEIGHT };
  return cheap(shape, steps);
}

const weightOfList = (entry: Shape): number =>
  isList(entry) || isRecord(entry) || entry === 'any' ? MAX_WEIGHT : MAX_ENTRIES;

/** Steps of all the values. */
export function total(values: readonly Cost[]): number {
  return values.reduce((sum, { steps }) => sum + steps, 0);
}

/** Of an operator, or of a list or mapping that is written out, with this many parts. */
export function costOf(op: string, values: readonly Cost[], parts: number): Cost {
  const steps = total(values) + 1;
  const entries = values.reduce((sum, value) => sum + value.entries, 0);
  const weight = values.reduce((sum, value) => sum + value.weight, 0);
  switch (op) {
    case 'list':
    case 'map':
      return { steps, entries: parts, weight: weight + parts };
    case '==':
    case '!=':
      return { steps: steps + Math.min(...values.map((value) => value.weight)), entries: 0, weight: 1 };
    case 'in':
      return { steps: steps + values[1]!.weight, entries: 0, weight: 1 };
    case '+':
      return { steps: steps + entries, entries, weight };
    case '?:':
      return { steps, entries, weight };
  }
  return { steps, entries: 0, weight: 1 };
}
