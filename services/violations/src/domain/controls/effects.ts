import type { AuditCandidate, AuditEvent, ComplianceChange, ComplianceCommand } from '@auditmesh/events';
import type { Result } from '@auditmesh/controls';

/** A value with its key, which for all but candidates is a log. */
export interface Keyed<T> {
  key: string;
  value: T;
}

/** What evaluating did, to be written and counted together. */
export class Effects {
  readonly changes: Keyed<ComplianceChange>[] = [];
  readonly events: Keyed<AuditEvent>[] = [];
  readonly commands: Keyed<ComplianceCommand>[] = [];
  readonly candidates: Keyed<AuditCandidate>[] = [];
  readonly results: Record<Result, number> = { pass: 0, fail: 0, indeterminate: 0 };
  /** Events whose project or group the directory did not have at the time. */
  unknown = 0;
}
