import type { TaskEvents } from '@auditmesh/kafka';
import { counter, taskMetrics } from '@auditmesh/runtime';
import type { Told } from '../domain/approvals/telling.js';
import type { Verdict } from '../domain/approvals/verdict.js';

const rules = counter(
  'auditmesh_approval_rules_total',
  'Rules of approval policies evaluated, by type and status: passed, failed, warn, skipped (could not be evaluated, and the policy fails open), running.',
  ['type', 'status'],
);
const unevaluated = counter(
  'auditmesh_approval_rules_unevaluated_total',
  'Rules of approval policies that could not be evaluated, by reason.',
  ['error'],
);
const events = counter('auditmesh_approval_events_total', 'What was told of merge requests, by kind.', [
  'kind',
]);
export const staleRecords = counter(
  'auditmesh_merge_request_stale_total',
  'Records of merge requests that said nothing new.',
);

const types = new Set(['any_merge_request', 'scan_finding', 'license_finding']);

export function countVerdicts(verdicts: Verdict[]): void {
  for (const { type, status, error } of verdicts.flatMap((verdict) => verdict.rules)) {
    rules.inc({ type: types.has(type) ? type : 'other', status });
    if (error !== null) unevaluated.inc({ error });
  }
}

export function countTold(told: Told[]): void {
  for (const { kind } of told) events.inc({ kind });
}

/** What all services count; how many partitions are assigned is told of the other group of the service. */
export const approvalTaskMetrics: TaskEvents = { ...taskMetrics, assigned: () => undefined };
