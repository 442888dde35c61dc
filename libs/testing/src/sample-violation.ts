import {
  eventId,
  noEntity,
  type ComplianceChange,
  type DirectoryChanged,
  type DirectoryEntry,
} from '@auditmesh/events';

/** µs since the epoch: when the changes numbered 0 happen. */
const BEGIN = 1_795_000_000_000_000;
const actor = { id: '9', type: 'user', name: 'Ann', email: null, ip: '10.0.0.9', user_agent: null };
const noFamily = { detection: null, transition: null, comment: null, link: null, control_state: null };

export const idOfViolation = (n: number): string => eventId(BEGIN, 'violation', String(n));

/** A valid change of project 70 of tenant 1, distinct by its number, without what it tells. */
export function sampleChange(n: number, change: Partial<ComplianceChange>): ComplianceChange {
  return {
    id: eventId(BEGIN, 'change', String(n)),
    ...{ tenant: '1', project_id: 70, control: 'two_approvals', at: BEGIN + n * 1_000 },
    ...{ actor, cause: { id: `cause ${n}`, topic: 'audit.events.v1' } },
    ...noFamily,
    ...change,
  };
}

/** A violation, distinct by its number, of two requirements of two frameworks. */
export function sampleDetection(n: number, change: Partial<ComplianceChange> = {}): ComplianceChange {
  const detection = {
    violation_id: idOfViolation(n),
    audit_event_id: eventId(BEGIN, 'event', String(n)),
    ...{ audit_event_type: 'merge_request_merged', audit_event_log: '1.0' },
    ...{ project_path: 'acme/ledger', namespace_id: 1, title: 'Two approvals', severity: 'high' },
    ...{ expression: 'event.details.approval_count >= 2', values: '{"event.details.approval_count":1}' },
    requirements: [
      { framework_id: 9, framework_name: 'SOC 2', requirement_id: 91, requirement_name: 'Review' },
      { framework_id: 8, framework_name: 'ISO', requirement_id: 81, requirement_name: 'Four eyes' },
    ],
  };
  return sampleChange(n, { detection, ...change });
}

/** A change of the directory by tenant 1; null deletes the entity. */
export function sampleDirectoryChange(key: string, entry: Partial<DirectoryEntry> | null): DirectoryChanged {
  return {
    ...{ key, tenant: '1', occurred_at: BEGIN, actor, replaces: null, replaced_by: null },
    entry: entry && { ...noEntity, tenant: '1', ...entry },
  };
}
