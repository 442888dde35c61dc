import { quoted } from '@auditmesh/policies';
import type { Node } from './cel.js';
import { patternFault } from './pattern.js';

/** Functions that go through a list, with the numbers of their arguments. */
export const iterating: ReadonlyMap<string, readonly number[]> = new Map([
  ['all', [2]],
  ['exists', [2]],
  ['exists_one', [2]],
  ['filter', [2]],
  ['map', [2, 3]],
]);
const methods: ReadonlyMap<string, readonly number[]> = new Map([
  ...iterating,
  ...['contains', 'startsWith', 'endsWith', 'matches'].map((name) => [name, [1]] as const),
  ...['size', 'getFullYear', 'getMonth', 'getDate', 'getDayOfWeek'].map((name) => [name, [0]] as const),
  ...['getHours', 'getMinutes', 'getSeconds'].map((name) => [name, [0]] as const),
]);
const functions: ReadonlyMap<string, readonly number[]> = new Map(
  ['has', 'size', 'int', 'double', 'string', 'timestamp', 'duration'].map((name) => [name, [1]]),
);

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;
const span = /^-?(\d{1,9}(h|m|s|ms))+$/;

/**
 * Why a function cannot be called so; undefined if it can. What is not listed here is refused: it depends on the place
 * where it runs, takes a time that nobody knows, or has not been needed yet.
 */
export function functionFault(name: string, method: boolean, args: Node[]): string | undefined {
  const counts = (method ? methods : functions).get(name);
  if (counts === undefined) {
    const known = [...(method ? methods : functions).keys()].join(', ');
    return `There is no ${method ? 'method' : 'function'} ${quoted(name)}; there are ${known}.`;
  }
  if (!counts.includes(args.length)) {
    const wanted = counts[0] === 0 ? 'none' : counts.join(' or ');
    return `${name} takes ${wanted} in its parentheses, not ${args.length}.`;
  }
  const literal = args[0]?.op === 'value' && typeof args[0].args === 'string' ? args[0].args : undefined;
  if (name === 'matches')
    return literal === undefined ? 'A pattern must stand in quotes, as it is.' : patternFault(literal);
  if (
    name === 'timestamp' &&
    !(literal !== undefined && time.test(literal) && !Number.isNaN(Date.parse(literal)))
  )
    return 'A time must stand in quotes and in UTC, such as timestamp("2026-11-20T10:00:00Z").';
  if (name === 'duration' && !(literal !== undefined && span.test(literal)))
    return 'A duration must stand in quotes, such as duration("1h30m").';
  return undefined;
}
