import type { MissingRun, ProducerState } from '@auditmesh/events';

type Numbers = Pick<ProducerState, 'partition_sequence' | 'missing'>;

/** What the number of a record says, compared with those before it. */
export type Arrival =
  /** It is the highest so far, and these were skipped. */
  | { kind: 'next'; gap?: MissingRun }
  /** It was missing until now. */
  | { kind: 'late'; gap?: never }
  | { kind: 'repeated'; gap?: never };

/** Runs that are kept: a late record of an older one counts as repeated. */
const RUNS = 100;

/** Takes note of a number, from 1. */
export function numberArrived(numbers: Numbers, number: number): Arrival {
  const before = numbers.partition_sequence;
  if (number <= before) return fill(numbers, number);
  numbers.partition_sequence = number;
  if (number === before + 1) return { kind: 'next' };
  const gap = { first: before + 1, last: number - 1 };
  numberMissing(numbers, gap.first, gap.last);
  return { kind: 'next', gap };
}

/** Notes that these numbers have not come. */
export function numberMissing(numbers: Numbers, first: number, last: number): void {
  const at = numbers.missing.findIndex((run) => run.first > last);
  numbers.missing.splice(at < 0 ? numbers.missing.length : at, 0, { first, last });
  if (numbers.missing.length > RUNS) numbers.missing.shift();
}

function fill({ missing }: Numbers, number: number): Arrival {
  const at = missing.findIndex(({ first, last }) => first <= number && number <= last);
  if (at < 0) return { kind: 'repeated' };
  const { first, last } = missing[at]!;
  const rest = [
    { first, last: number - 1 },
    { first: number + 1, last },
  ].filter((run) => run.first <= run.last);
  missing.splice(at, 1, ...rest);
  return { kind: 'late' };
}
