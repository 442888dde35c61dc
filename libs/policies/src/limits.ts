import { type Policy, type PolicyType, policyTypes } from './policy.js';

/** How many enabled policies of each type are applied. */
export type PolicyLimits = Readonly<Record<PolicyType, number>>;

const LIMIT = `(?:${policyTypes.join('|')})=[1-9][0-9]{0,5}`;
/** What the text of limits must match. */
export const policyLimitsPattern = new RegExp(`^(?:${LIMIT}(?:,${LIMIT})*)?$`);

const DEFAULT_LIMIT = 5;
const SCHEDULES = 1;

/**
 * Limits of all types.
 *
 * @param text `{type}={limit}`, separated by commas, for those that are not as usual
 */
export function policyLimits(text: string): PolicyLimits {
  const given = new Map(
    text
      .split(',')
      .filter(Boolean)
      .map((pair) => pair.split('=') as [PolicyType, string]),
  );
  const limitOf = (type: PolicyType) =>
    Number(given.get(type) ?? (type === 'pipeline_execution_schedule_policy' ? SCHEDULES : DEFAULT_LIMIT));
  return Object.fromEntries(policyTypes.map((type) => [type, limitOf(type)])) as PolicyLimits;
}

/** A type with more enabled policies than are applied. */
export interface ExceededLimit {
  type: PolicyType;
  limit: number;
  /** Names of the policies applied, in the order of the file. */
  active: string[];
  /** Names of the enabled policies that are not, in the order of the file. */
  skipped: string[];
}

/**
 * The limits that a new version of the file exceeds, each only if other policies are active or skipped than before, so
 * that an unrelated change does not tell of it again.
 */
export function exceededLimits(before: Policy[], after: Policy[], limits: PolicyLimits): ExceededLimit[] {
  return policyTypes.flatMap((type) => {
    const now = standing(after, type, limits[type]);
    const then = standing(before, type, limits[type]);
    return now.skipped.length && JSON.stringify(now) !== JSON.stringify(then) ? [now] : [];
  });
}

/** The policies of the type that are applied, in the order of the file: the first enabled ones. */
export function appliedPolicies(policies: Policy[], type: PolicyType, limits: PolicyLimits): Policy[] {
  return enabledPolicies(policies, type).slice(0, limits[type]);
}

function standing(policies: Policy[], type: PolicyType, limit: number): ExceededLimit {
  const names = enabledPolicies(policies, type).map(({ name }) => name);
  return { type, limit, active: names.slice(0, limit), skipped: names.slice(limit) };
}

/** A policy is enabled unless it says otherwise. */
const enabledPolicies = (policies: Policy[], type: PolicyType): Policy[] =>
  policies.filter((policy) => policy.type === type && policy.content['enabled'] !== false);
