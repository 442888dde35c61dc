import { MAX_ENTRIES } from './cel.js';
import { isList, isRecord, type Shape } from './shape.js';

/**
 * Gives the value of a part of an expression as JSON has it, or undefined where it cannot tell.
 *
 * @param from the facts, or of a field of an entry the entry
 */
export type Quick = (from: unknown, entry: unknown) => unknown;

/** What a part gives; whole numbers are numbers here, as long as they are safe. */
export type Kind = 'bool' | 'int' | 'double' | 'string' | 'strings' | 'ints' | 'records' | 'scalars';

const tests: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  bool: (value) => typeof value === 'boolean',
  int: Number.isSafeInteger,
  double: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string',
  strings: (value) => isListOf(value, (each) => typeof each === 'string'),
  ints: (value) => isListOf(value, Number.isSafeInteger),
  records: (value) =>
    isListOf(value, (each) => typeof each === 'object' && each !== null && !Array.isArray(each)),
  scalars: (value) => isListOf(value, (each) => typeof each !== 'object' && each !== undefined),
};

/** Undefined for what is left to CEL. */
export function kindOfShape(shape: Shape): Kind | undefined {
  if (isRecord(shape)) return undefined;
  if (isList(shape)) {
    if (shape.list === 'string') return 'strings';
    if (shape.list === 'int') return 'ints';
    if (shape.list === 'any') return 'scalars';
    return isRecord(shape.list) ? 'records' : undefined;
  }
  return shape === 'time' || shape === 'any' ? undefined : shape;
}

/** Reads a field, and sees to it that it has a value of the kind; undefined for a field that is left to CEL. */
export function readerOf(kind: Kind, steps: readonly string[]): Quick | undefined {
  // Inherited fields look like own ones here; CEL tells one from the other.
  if (steps.some((step) => step in Object.prototype)) return undefined;
  const fits = tests[kind];
  const [first, second, third, fourth] = steps;
  if (first === undefined) return (from) => (fits(from) ? from : undefined);
  if (second === undefined) return (from) => fitting(fieldOf(from, first), fits);
  if (third === undefined) return (from) => fitting(fieldOf(fieldOf(from, first), second), fits);
  if (fourth === undefined)
    return (from) => fitting(fieldOf(fieldOf(fieldOf(from, first), second), third), fits);
  return (from) => fitting(steps.reduce(fieldOf, from), fits);
}

const fitting = (value: unknown, fits: (value: unknown) => boolean): unknown =>
  fits(value) ? value : undefined;

/** Whether a field has a value, as `has` asks. */
export function presence(steps: readonly string[]): Quick {
  return (from) => {
    let value = from;
    for (const step of steps) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
      value = (value as Values)[step];
    }
    return value !== undefined && value !== null;
  };
}

type Values = Readonly<Record<string, unknown>>;

const fieldOf = (from: unknown, name: string): unknown =>
  typeof from === 'object' && from !== null ? (from as Values)[name] : undefined;

function isListOf(value: unknown, fits: (entry: unknown) => boolean): boolean {
  if (!Array.isArray(value) || value.length > MAX_ENTRIES) return false;
  for (let at = 0; at < value.length; at++) if (!fits(value[at])) return false;
  return true;
}
