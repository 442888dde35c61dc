import type { Facts } from './facts.js';
import type { Part } from './shortcut.js';
import type { Kind, Quick } from './shortcut-read.js';
import { MAX_MATCHED, matchesLinear } from './pattern.js';

type Comparing = '==' | '!=' | '<' | '<=' | '>' | '>=';
type Ordered = number | string;

const lists: ReadonlySet<Kind> = new Set<Kind>(['strings', 'ints', 'records', 'scalars']);
const numbers: ReadonlySet<Kind> = new Set<Kind>(['int', 'double']);

/** Only of values that CEL compares in the same way; undefined for others. */
export function compared(left: Part, op: Comparing, right: Part): Part | undefined {
  const same = left.kind === right.kind;
  const ordered = numbers.has(left.kind) ? numbers.has(right.kind) : same && left.kind === 'string';
  const equal = op === '==' || op === '!=';
  if (equal ? !same || lists.has(left.kind) : !ordered) return undefined;
  const { give } = left;
  if (right.fixed === undefined) return { kind: 'bool', give: comparison(give, op, right.give) };
  return { kind: 'bool', give: comparisonTo(give, op, right.fixed as Ordered) };
}

function comparison(left: Quick, op: Comparing, right: Quick): Quick {
  const say = orders[op];
  return (facts, entry) => {
    const a = left(facts, entry);
    const b = right(facts, entry);
    return a === undefined || b === undefined ? undefined : say(a as Ordered, b as Ordered);
  };
}

const orders: Readonly<Record<Comparing, (a: Ordered, b: Ordered) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** Written out for each operator: with what stands in the expression most values are compared. */
function comparisonTo(left: Quick, op: Comparing, to: Ordered): Quick {
  switch (op) {
    case '==':
      return (facts, entry) => {
        const value = left(facts, entry);
        return value === undefined ? undefined : value === to;
      };
    case '!=':
      return (facts, entry) => {
        const value = left(facts, entry);
        return value === undefined ? undefined : value !== to;
      };
    case '<':
      return (facts, entry) => {
        const value = left(facts, entry) as Ordered | undefined;
        return value === undefined ? undefined : value < to;
      };
    case '<=':
      return (facts, entry) => {
        const value = left(facts, entry) as Ordered | undefined;
        return value === undefined ? undefined : value <= to;
      };
    case '>':
      return (facts, entry) => {
        const value = left(facts, entry) as Ordered | undefined;
        return value === undefined ? undefined : value > to;
      };
    case '>=':
      return (facts, entry) => {
        const value = left(facts, entry) as Ordered | undefined;
        return value === undefined ? undefined : value >= to;
      };
  }
}

/** `||`, and `&&` where `decides` is false: the left side may decide alone. */
export function folded(left: Quick, right: Quick, decides: boolean): Quick {
  return (facts, entry) => {
    const said = left(facts, entry);
    if (said === undefined || said === decides) return said;
    return right(facts, entry);
  };
}

/** `in` a list of texts. */
export function contains(value: Part, list: Part): Part | undefined {
  if (value.kind !== 'string' || list.kind !== 'strings') return undefined;
  const one = value.give;
  const all = list.give;
  const give: Quick = (facts, entry) => {
    const text = one(facts, entry) as string | undefined;
    const among = all(facts, entry) as string[] | undefined;
    return text === undefined || among === undefined ? undefined : among.includes(text);
  };
  return { kind: 'bool', give };
}

/** Of a text the characters, as CEL counts them. */
export function sizeOf({ kind, give }: Part): Part | undefined {
  if (kind === 'string')
    return {
      kind: 'int',
      give: (facts, entry) => {
        const text = give(facts, entry) as string | undefined;
        return text === undefined ? undefined : characters(text);
      },
    };
  if (!lists.has(kind)) return undefined;
  return { kind: 'int', give: (facts, entry) => (give(facts, entry) as unknown[] | undefined)?.length };
}

function characters(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length - 1; at++) {
    const pair = (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
    if (pair) {
      count--;
      at++;
    }
  }
  return count;
}

/** `startsWith`, `endsWith` and `contains` of a text that stands in the expression. */
export function textTest(name: string, of: Quick, { fixed }: Part): Part | undefined {
  if (typeof fixed !== 'string') return undefined;
  const test = textTests(of, fixed)[name as 'contains'];
  return test && { kind: 'bool', give: test };
}

const textTests = (of: Quick, part: string) => ({
  startsWith: (facts: Facts, entry: unknown) => (of(facts, entry) as string | undefined)?.startsWith(part),
  endsWith: (facts: Facts, entry: unknown) => (of(facts, entry) as string | undefined)?.endsWith(part),
  contains: (facts: Facts, entry: unknown) => (of(facts, entry) as string | undefined)?.includes(part),
});

/** @param pattern one without a fault */
export function matches(of: Quick, pattern: string): Quick {
  return (facts, entry) => {
    const text = of(facts, entry) as string | undefined;
    return text === undefined || text.length > MAX_MATCHED ? undefined : matchesLinear(text, pattern);
  };
}
