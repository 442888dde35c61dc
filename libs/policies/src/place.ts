/** A place in a text. */
export interface Place {
  /** Line, from 1. */
  line: number;
  /** Column in characters (code points), from 1. */
  column: number;
}

/** Finds the place of an offset (in UTF-16 units) of the text; offsets beyond its end give the end. */
export function placesOf(text: string): (offset: number) => Place {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    const end = Math.min(Math.max(offset, 0), text.length);
    const line = lastUpTo(starts, end);
    return { line: line + 1, column: [...text.slice(starts[line], end)].length + 1 };
  };
}

/** Position of the last of the ascending numbers that is not above the limit; -1 where all are. */
export function lastUpTo(ascending: number[], limit: number): number {
  let from = -1;
  let to = ascending.length;
  while (to - from > 1) {
    const middle = (from + to) >>> 1;
    if (ascending[middle]! <= limit) from = middle;
    else to = middle;
  }
  return from;
}
