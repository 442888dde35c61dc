/** The first `limit` items, and where there are more, one item that says how many were left out. */
export function bounded<T>(items: T[], limit: number, leftOut: (count: number) => T): T[] {
  return items.length > limit ? [...items.slice(0, limit), leftOut(items.length - limit)] : items;
}
