/** Characters of a list beyond which it is not kept: an event with it must fit into a record. */
const MAX_LENGTH = 3_500_000;

/**
 * Ids as JSON text, a string such as `"70,1000-1999"`: runs as first-last, separated by commas.
 *
 * @param ids ascending, without duplicates
 * @returns null if it would be too long
 */
export function listOfIds(ids: readonly number[]): string | null {
  const parts: string[] = [];
  for (let at = 0; at < ids.length;) {
    const first = ids[at]!;
    let last = first;
    while (ids[++at] === last + 1) last++;
    parts.push(first === last ? String(first) : `${first}-${last}`);
  }
  const text = JSON.stringify(parts.join());
  return text.length <= MAX_LENGTH ? text : null;
}

/**
 * Ids of a list, ascending.
 *
 * @param after only those above it
 */
export function* idsOfList(text: string, after = -1): Generator<number> {
  const list = JSON.parse(text) as string;
  if (!list) return;
  for (const part of list.split(',')) {
    const [first, last = first] = part.split('-').map(Number) as [number, number?];
    for (let id = Math.max(first, after + 1); id <= last; id++) yield id;
  }
}
