import { damages, type PlannedRecord, type Poison } from './load-step.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What breaks the contract of a topic, by what is wrong. */
export type Breaking<T> = Readonly<Record<string, Partial<T>>>;

/** Every other one does not decode; the rest breaks the contract of its topic. */
export function spoilt<T>(
  random: SeededRandom,
  record: PlannedRecord,
  broken: Breaking<T>,
  round: number,
): PlannedRecord {
  if (round % 2 === 0) return damaged(record, round / 2);
  const change = random.pick(Object.values(broken));
  return { ...record, value: { ...(record.value as T), ...change }, poison: 'INVALID_RECORD' };
}

/** Does not decode. */
export const damaged = (record: PlannedRecord, round: number): PlannedRecord => ({
  ...record,
  poison: 'MALFORMED_RECORD' satisfies Poison,
  damage: damages[round % damages.length]!,
});
