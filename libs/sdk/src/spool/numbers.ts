import type { Frame } from './frame.js';

/** The numbers that the next record gets. */
export interface Numbers {
  sequence: number;
  /** By partition. */
  partitions: number[];
}

type Numbered = Pick<Frame, 'sequence' | 'partition' | 'partitionSequence'>;

/** The numbers after this record. */
export function after(numbers: Numbers, { sequence, partition, partitionSequence }: Numbered): Numbers {
  const partitions = numbers.partitions.slice();
  partitions[partition] = partitionSequence + 1;
  return { sequence: sequence + 1, partitions };
}

/** The higher of each. */
export const highest = (a: Numbers, b: Numbers): Numbers => ({
  sequence: Math.max(a.sequence, b.sequence),
  partitions: Array.from({ length: Math.max(a.partitions.length, b.partitions.length) }, (_, p) =>
    Math.max(a.partitions[p] ?? 1, b.partitions[p] ?? 1),
  ),
});

/** Numbers that no record up to there can have, whichever partitions the lost ones were of. */
export const leap = (numbers: Numbers, by: number): Numbers => ({
  sequence: numbers.sequence + by,
  partitions: numbers.partitions.map((n) => n + by),
});

/**
 * Numbers after the records that were read back. Those missing among them may have been the last of any partition, so
 * every partition leaps over as many: a number given twice would hide that they are missing.
 */
export function afterAll(first: Numbers, found: readonly Numbered[]): Numbers {
  const sequence = Math.max(first.sequence, ...found.slice(-1).map((f) => f.sequence + 1));
  const partitions = first.partitions.slice();
  for (const { partition, partitionSequence } of found) partitions[partition] = partitionSequence + 1;
  const numbered = partitions.reduce((sum, n, p) => sum + n - first.partitions[p]!, 0);
  const lost = sequence - first.sequence - numbered;
  return { sequence, partitions: partitions.map((n) => n + lost) };
}
