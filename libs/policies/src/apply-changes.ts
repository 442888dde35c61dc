import type { FieldChange } from '@auditmesh/events';
import { field, isObject, type Json, pointerSteps } from './json.js';

/**
 * The value after the changes that `diffJson` reported for it, applied in their order; undefined where they delete it.
 * A change below something that is not there changes nothing.
 */
export function applyChanges(value: Json | undefined, changes: FieldChange[]): Json | undefined {
  return changes.reduce<Json | undefined>(
    (current, { path, before, after }) =>
      replace(current, pointerSteps(path), {
        added: before === null,
        after: after === null ? undefined : (JSON.parse(after) as Json),
      }),
    value,
  );
}

interface Replacement {
  added: boolean;
  after: Json | undefined;
}

function replace(value: Json | undefined, steps: string[], change: Replacement): Json | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return change.after;
  if (Array.isArray(value)) return replaceElement(value, Number(step), rest, change);
  if (!isObject(value)) return value;
  const changed = replace(field(value, step), rest, change);
  const others = new Map(Object.entries(value));
  if (changed === undefined) others.delete(step);
  else others.set(step, changed);
  return Object.fromEntries(others);
}

function replaceElement(list: Json[], position: number, rest: string[], change: Replacement): Json[] {
  const changed = replace(list[position], rest, change);
  const insert = rest.length === 0 && change.added;
  return list.toSpliced(position, insert ? 0 : 1, ...(changed === undefined ? [] : [changed]));
}
