import type { Json } from '@auditmesh/policies';

/** What a rule says of a merge request, whoever approved it. */
export type RuleResult =
  /** It calls for no approvals. */
  | { kind: 'unmatched' }
  /** It calls for approvals. @field data why */
  | { kind: 'matched'; data: Evidence }
  /** It cannot be evaluated yet, since scans run. */
  | { kind: 'running'; data: Evidence }
  /** It cannot be evaluated. */
  | { kind: 'unknown'; error: RuleError; data: Evidence };

/** Why a rule cannot be evaluated. */
export type RuleError =
  | 'scan_missing'
  | 'scan_failed'
  | 'scan_unfinished'
  | 'license_report_missing'
  | 'signatures_unknown'
  | 'invalid_rule';

/** What a violation rests on; an event has the beginning of its lists. */
export type Evidence = { [name: string]: Json };

export const unmatched: RuleResult = { kind: 'unmatched' };
