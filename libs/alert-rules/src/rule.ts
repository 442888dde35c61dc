export type Severity = 'info' | 'warning' | 'critical';

/** What a rule counts by, hence what an alert is about. */
export type SubjectType = 'identity' | 'secret' | 'ip';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** Which uses of secrets count; what is not set does not matter. */
export interface RuleFilter {
  access_types?: readonly string[];
  outcomes?: readonly string[];
  actor_types?: readonly string[];
  /** A namespace or project with all below it. */
  namespace?: string;
  /** Beginning of the id of the secret. */
  secret?: string;
}

interface RuleHead {
  /** Also the name of its file. */
  readonly name: string;
  readonly description: string;
  readonly severity: Severity;
  readonly by: SubjectType;
  readonly clearAfterMs: number;
  readonly filter: RuleFilter;
  /** Differs between rules that decide differently; not by name, description and severity. */
  readonly fingerprint: string;
}

/** Holds for a subject while `threshold` uses lie within the window. A burst of denied uses counts those only. */
export interface CountRule extends RuleHead {
  readonly kind: 'count' | 'denied_burst';
  readonly threshold: number;
  readonly windowMs: number;
}

/** Holds for an identity that uses an address for the first time in `rememberMs`. */
export interface FirstSeenIpRule extends RuleHead {
  readonly kind: 'first_seen_ip';
  readonly by: 'identity';
  readonly rememberMs: number;
  /** For so long after an identity's first use its addresses are only learnt. */
  readonly learningMs: number;
}

/** Holds for a use outside of the working hours. */
export interface OffHoursRule extends RuleHead {
  readonly kind: 'off_hours';
  readonly timeZone: string;
  readonly weekdays: readonly Weekday[];
  /** Minutes of the day, of which the first belongs to the hours and the second does not; they may go past midnight. */
  readonly hours: readonly [from: number, to: number];
}

export type AlertRule = CountRule | FirstSeenIpRule | OffHoursRule;

/** `08:30` as minutes since midnight. */
export function minutesOfDay(text: string): number {
  const [hours, minutes] = text.split(':');
  return Number(hours) * 60 + Number(minutes);
}
