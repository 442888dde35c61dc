import { NO_TENANT } from '@auditmesh/events';
import { partitionOf } from '@auditmesh/kafka';

/** For whom a flag is on. */
export interface FlagRule {
  /** `off` is the kill switch and wins over all else. */
  state: 'on' | 'off';
  /** Share of the root namespaces, 0 to 100, in steps of 0.01; 100 is everything. */
  percentage: number;
  /** Ids of root namespaces that are in whatever the percentage. */
  allow: ReadonlySet<string>;
}

/**
 * Why a flag is on or off for somebody: `on` for everything, `allow_list` or `percentage` for this root namespace,
 * `not_selected` by either, `off` for everything.
 */
export type FlagVariant = 'on' | 'allow_list' | 'percentage' | 'not_selected' | 'off';

export interface FlagDecision {
  readonly on: boolean;
  readonly variant: FlagVariant;
}

/** The flags that the code asks for, and the rule of each where no file has one. */
export const flagDefaults = {
  security_policy_audit_events: { state: 'on', percentage: 100, allow: new Set<string>() },
} as const satisfies Record<string, FlagRule>;

export type FlagName = keyof typeof flagDefaults;
export type FlagRules = Readonly<Record<FlagName, FlagRule>>;

export const flagNames = Object.keys(flagDefaults) as FlagName[];
export const isFlagName = (name: string): name is FlagName => Object.hasOwn(flagDefaults, name);

/** Shared, so that an evaluation leaves no garbage. */
const decisions = {
  on: { on: true, variant: 'on' },
  allow_list: { on: true, variant: 'allow_list' },
  percentage: { on: true, variant: 'percentage' },
  not_selected: { on: false, variant: 'not_selected' },
  off: { on: false, variant: 'off' },
} as const satisfies { [V in FlagVariant]: FlagDecision & { variant: V } };

export const flagVariants = Object.keys(decisions) as FlagVariant[];

const BUCKETS = 10_000;

/**
 * Whether a flag is on for a root namespace. Who is in at one percentage is in at every higher one, in every process and
 * version; another flag selects others. What belongs to no root namespace, `null` or tenant 0, is in only at 100.
 */
export function decide(flag: FlagName, rule: FlagRule, rootNamespaceId: string | null): FlagDecision {
  if (rule.state === 'off') return decisions.off;
  if (rule.percentage >= 100) return decisions.on;
  if (rootNamespaceId === null || rootNamespaceId === NO_TENANT) return decisions.not_selected;
  if (rule.allow.has(rootNamespaceId)) return decisions.allow_list;
  const bucket = partitionOf(`${flag}/${rootNamespaceId}`, BUCKETS);
  return bucket < (rule.percentage * BUCKETS) / 100 ? decisions.percentage : decisions.not_selected;
}

export const sameRule = (a: FlagRule, b: FlagRule): boolean =>
  a.state === b.state &&
  a.percentage === b.percentage &&
  a.allow.size === b.allow.size &&
  [...a.allow].every((id) => b.allow.has(id));
