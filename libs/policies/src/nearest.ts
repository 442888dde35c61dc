const MAX_DISTANCE = 2;

/** The name that the text is most likely a slip of: at most two letters away, and fewer than half of them; the first of equals. */
export function nearest(text: string, names: string[]): string | undefined {
  let found: string | undefined;
  let least = MAX_DISTANCE + 1;
  for (const name of names) {
    if (Math.abs(name.length - text.length) > MAX_DISTANCE || 2 * MAX_DISTANCE >= name.length) continue;
    const away = distance(text, name);
    if (away < least) [found, least] = [name, away];
  }
  return found;
}

/** Letters to insert, delete or replace. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1));
    row = next;
  }
  return row[to.length]!;
}
