import type { FieldChange } from '@auditmesh/events';
import { field, isObject, type Json, type JsonObject, pointer } from './json.js';

/**
 * What turns `before` into `after`, field by field; nothing where they are equal, whatever the order of their keys.
 * A value created or deleted as a whole is one change at the empty path.
 *
 * Objects are compared key by key, in the order of `after` and then the keys that are gone; lists position by position,
 * longer ones with their new elements last, or with their old ones removed from the highest position down. So the
 * changes can be applied one after the other.
 *
 * @param before undefined where there is none
 * @param after undefined where there is none
 */
export function diffJson(before: Json | undefined, after: Json | undefined): FieldChange[] {
  const changes: FieldChange[] = [];
  compare('', before, after, changes);
  return changes;
}

function compare(path: string, before: Json | undefined, after: Json | undefined, to: FieldChange[]): void {
  if (before === after) return;
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(path, before, after, to);
  if (isObject(before) && isObject(after)) return compareObjects(path, before, after, to);
  const change = { path, before: textOf(before), after: textOf(after) };
  if (change.before !== change.after) to.push(change);
}

function compareLists(path: string, before: Json[], after: Json[], to: FieldChange[]): void {
  after.forEach((value, position) => compare(pointer(path, position), before[position], value, to));
  for (let position = before.length - 1; position >= after.length; position--)
    compare(pointer(path, position), before[position], undefined, to);
}

function compareObjects(path: string, before: JsonObject, after: JsonObject, to: FieldChange[]): void {
  for (const key of Object.keys(after)) compare(pointer(path, key), field(before, key), after[key], to);
  for (const key of Object.keys(before))
    if (!Object.hasOwn(after, key)) compare(pointer(path, key), before[key], undefined, to);
}

function textOf(value: Json | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
