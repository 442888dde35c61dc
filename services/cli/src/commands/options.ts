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
export const frameworkId = integer('The framework', 1);
export const count = integer('The number', 1);
export const seed = integer('The seed', 0, 2 ** 32 - 1);
export const replication = integer('The replication', 1, 32);

/** Gathers an option that may be given several times. */
export const repeated = (value: string, before: string[] = []): string[] => [...before, value];
