import { MAX_ENTRIES } from './cel.js';
import type { Facts } from './facts.js';
import { isList, isRecord, type Shape } from './shape.js';

/** Gives the value of a part of an expression as JSON has it, or undefined where it cannot tell. */
export type Quick = (facts: Facts, entry: unknown) => unknown;

/** What a part gives; whole numbers are numbers here, as long as they are safe. */
export type Kind = 'bool' | 'int' | 'double' | 'string' | 'strings' | 'ints' | 'records' | 'scalars';

type Test = (value: unknown) => boolean;
type Values = Readonly<Record<string, unknown>>;

const tests: Readonly<Record<Kind, Test>> = {
  bool: (value) => typeof value === 'boolean',
  int: Number.isSafeInteger,
  double: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string',
  strings: (value) => isListOf(value, isText),
  ints: (value) => isListOf(value, Number.isSafeInteger),
  records: (value) => isListOf(value, isMapping),
  scalars: (value) => isListOf(value, isScalar),
};

const isText: Test = (each) => typeof each === 'string';
const isMapping: Test = (each) => typeof each === 'object' && each !== null && !Array.isArray(each);
const isScalar: Test = (each) => typeof each !== 'object' && each !== undefined;

function isListOf(value: unknown, fits: Test): boolean {
  if (!Array.isArray(value) || value.length > MAX_ENTRIES) return false;
  for (let at = 0; at < value.length; at++) if (!fits(value[at])) return false;
  return true;
}

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

/** Where fields lie that are read most; the way there is written out, which is many times faster than names that vary. */
const bases = ['event.details', 'project.settings', 'event.actor', 'event', 'project', 'entry'] as const;
type Base = (typeof bases)[number];

/**
 * Reads a field, and sees to it that it has a value of the kind.
 *
 * @param steps from the facts, or within the entry if they begin with `entry`
 * @returns undefined for a field that is left to CEL
 */
export function readerOf(kind: Kind, steps: readonly string[]): Quick | undefined {
  // An inherited field would look like an own one; CEL tells one from the other.
  if (steps.some((step) => step in Object.prototype)) return undefined;
  const base = bases.find((each) => each === steps.slice(0, -1).join('.'));
  const name = steps.at(-1)!;
  const fits = tests[kind];
  if (base === undefined) return way(steps, fits);
  switch (kind) {
    case 'string':
      return (facts, entry) => {
        const value = fieldOf(baseOf(base, facts, entry), name);
        return typeof value === 'string' ? value : undefined;
      };
    case 'bool':
      return (facts, entry) => {
        const value = fieldOf(baseOf(base, facts, entry), name);
        return typeof value === 'boolean' ? value : undefined;
      };
    case 'int':
      return (facts, entry) => {
        const value = fieldOf(baseOf(base, facts, entry), name);
        return Number.isSafeInteger(value) ? value : undefined;
      };
    default:
      return (facts, entry) => {
        const value = fieldOf(baseOf(base, facts, entry), name);
        return fits(value) ? value : undefined;
      };
  }
}

/** Step by step. */
function way([first, ...others]: readonly string[], fits: Test): Quick {
  return (facts, entry) => {
    let value = first === 'entry' ? entry : fieldOf(facts, first!);
    for (let at = 0; at < others.length; at++) value = fieldOf(value, others[at]!);
    return fits(value) ? value : undefined;
  };
}

function baseOf(base: Base, { event, project }: Facts, entry: unknown): unknown {
  switch (base) {
    case 'event.details':
      return event?.details;
    case 'project.settings':
      return project?.settings;
    case 'event.actor':
      return event?.actor;
    case 'event':
      return event;
    case 'project':
      return project;
    case 'entry':
      return entry;
  }
}

const fieldOf = (from: unknown, name: string): unknown =>
  typeof from === 'object' && from !== null ? (from as Values)[name] : undefined;

/** Whether a field has a value, as `has` asks. */
export function presence(steps: readonly string[]): Quick {
  return (facts) => {
    let value: unknown = facts;
    for (const step of steps) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
      value = (value as Values)[step];
    }
    return value !== undefined && value !== null;
  };
}
