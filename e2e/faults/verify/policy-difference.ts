import type { FieldChange } from '@auditmesh/events';

/** Before and after of every scalar that differs, by JSON pointer; undefined where there is none. */
export type Leaves = Map<string, { before: string | undefined; after: string | undefined }>;

/** What differs between two versions of a policy, scalar by scalar, worked out without regard to how a diff is made. */
export function differenceOf(before: unknown, after: unknown): Leaves {
  const [old, now] = [leavesOf(before), leavesOf(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])].filter(
    (path) => old.get(path) !== now.get(path),
  );
  return new Map(paths.sort().map((path) => [path, { before: old.get(path), after: now.get(path) }]));
}

/** The same from the diff of an event, in which a change may be that of a whole list or policy. */
export function differenceIn(diff: FieldChange[]): Leaves {
  const old = new Map<string, string>();
  const now = new Map<string, string>();
  for (const { path, before, after } of diff) {
    if (before !== null) for (const [leaf, text] of leavesOf(JSON.parse(before), path)) old.set(leaf, text);
    if (after !== null) for (const [leaf, text] of leavesOf(JSON.parse(after), path)) now.set(leaf, text);
  }
  const paths = [...new Set([...old.keys(), ...now.keys()])].filter(
    (path) => old.get(path) !== now.get(path),
  );
  return new Map(paths.sort().map((path) => [path, { before: old.get(path), after: now.get(path) }]));
}

/** The scalars of a value by JSON pointer; the text of each. */
function leavesOf(value: unknown, path = ''): Map<string, string> {
  if (value === undefined) return new Map();
  if (value === null || typeof value !== 'object') return new Map([[path, JSON.stringify(value)]]);
  return new Map(Object.entries(value).flatMap(([name, part]) => [...leavesOf(part, `${path}/${name}`)]));
}
