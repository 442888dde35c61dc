import { referToLong, type Content, type Json } from '@auditmesh/events';
import { canonicalText } from '@auditmesh/policies';

/** A field before and after; one that is not there on a side had, or has, nothing. */
export interface FieldChange {
  /** JSON pointer. */
  path: string;
  before?: Json;
  after?: Json;
}

/** Fields that differ, and the values too long to stand among them. */
export interface FieldChanges {
  changes: FieldChange[];
  contents: Content[];
}

/** Compares two entities field by field, each as a whole. What is empty counts as not there. */
export function fieldChanges(
  before: object | null,
  after: object | null,
  fields: readonly string[],
): FieldChanges {
  const changes: FieldChange[] = [];
  const contents: Content[] = [];
  const keep = (value: Json | undefined): Json | undefined => {
    if (value === undefined) return undefined;
    const { text, content } = referToLong(JSON.stringify(value));
    if (content) contents.push(content);
    return JSON.parse(text) as Json;
  };
  for (const field of fields) {
    const [was, is] = [valueOf(before, field), valueOf(after, field)];
    if (textOf(was) === textOf(is)) continue;
    const change: FieldChange = { path: `/${field}` };
    if (was !== undefined) change.before = keep(was)!;
    if (is !== undefined) change.after = keep(is)!;
    changes.push(change);
  }
  return { changes, contents };
}

function valueOf(entity: object | null, field: string): Json | undefined {
  if (!entity || !Object.hasOwn(entity, field)) return undefined;
  const value = (entity as Record<string, Json>)[field];
  const empty = value === '' || value === false || (Array.isArray(value) && value.length === 0);
  return value === null || empty ? undefined : value;
}

const textOf = (value: Json | undefined): string => (value === undefined ? '' : canonicalText(value));
