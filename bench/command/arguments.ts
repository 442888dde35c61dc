import { parseArgs } from 'node:util';
import { benchNames, type BenchName } from '../benches/names.ts';

/** What the user asked for. */
export interface Order {
  bench: BenchName;
  /** One line of JSON at the end in place of a table. */
  json: boolean;
  /** Fewer rounds and records: the same shape in less than a minute. */
  quick: boolean;
  /** Measured rounds; undefined for the bench's own number. */
  rounds: number | undefined;
}

/** The arguments cannot be understood; the message says which and why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const options = {
  json: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  rounds: { type: 'string' },
} as const;

/** @throws UsageError */
export function orderOf(args: string[]): Order {
  let parsed;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
  const { values, positionals } = parsed;
  const [name, ...others] = positionals;
  if (name === undefined || others.length) throw new UsageError(`Name one bench: ${benchNames.join(', ')}.`);
  if (!isBenchName(name))
    throw new UsageError(`There is no bench "${name}"; there are: ${benchNames.join(', ')}.`);
  return { bench: name, json: values.json, quick: values.quick, rounds: roundsOf(values.rounds) };
}

function roundsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100)
    throw new UsageError(`--rounds is "${text}" and must be a whole number from 1 to 100.`);
  return rounds;
}

const isBenchName = (name: string): name is BenchName => (benchNames as readonly string[]).includes(name);
