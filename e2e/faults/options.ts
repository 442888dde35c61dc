import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

export interface Options {
  /** What the plan of faults and load is made from. */
  seed: number;
  /** Three minutes in place of most of an hour. */
  short: boolean;
  /** Whether the closing JSON line is all there is on standard output. */
  json: boolean;
}

/** @throws Error in one sentence for the user */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      short: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const seed = values.seed === undefined ? randomInt(2 ** 32) : Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0 || values.seed === '')
    throw new Error(`--seed is "${values.seed}" and must be a whole number from 0.`);
  return { seed, short: values.short, json: values.json };
}
