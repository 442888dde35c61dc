import { parseMicros } from '@auditmesh/events';
import { InvalidArgumentError } from 'commander';

const integer =
  (what: string, min: number, max = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(
        `${what} must be a whole number from ${min}${max < Number.MAX_SAFE_INTEGER ? ` to ${max}` : ''}.`,
      );
    return value;
  };

export const policyProject = integer('The policy project', 1);
export const projectId = integer('The project', 1);
export const namespaceId = integer('The namespace', 1);
export const groupId = integer('The group', 1);
export const frameworkId = integer('The framework', 1);
export const count = integer('The number', 1);
export const seed = integer('The seed', 0, 2 ** 32 - 1);
export const replication = integer('The replication', 1, 32);

/** Gathers an option that may be given several times. */
export const repeated = (value: string, before: string[] = []): string[] => [...before, value];

/** A moment, µs since the epoch: RFC 3339, or a day, which is its beginning in UTC. */
export function moment(text: string): number {
  const micros = parseMicros(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (micros === undefined)
    throw new InvalidArgumentError(
      'It must be a time such as 2026-11-20T10:00:00Z, or a day such as 2026-11-20.',
    );
  return micros;
}
