import { topics, type PolicyEnforcementReported } from '@auditmesh/events';
import { policyProjects } from './directory.ts';
import { ann, someTime } from './event-shape.ts';
import type { LoadStep, PlannedRecord } from './load-step.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Size } from './sizes.ts';

export const REPORT_SOURCE = 'faults/reports';
const kinds = { pipeline_failed: 4, pipeline_skipped: 3, scheduled_scan_not_enforced: 2, bypassed: 2 };
const policies = ['Scan', 'Sign', 'Two eyes'];

/** Policies that were not enforced or bypassed, some reported again by their producer, at once or later. */
export function reportLoad(random: SeededRandom, size: Size): LoadStep[] {
  return Array.from({ length: size.reports }, (_, n) => {
    const atMs = random.int(0, size.loadMs);
    const record = someReport(random, `report-${n}`);
    const steps = [{ atMs, records: [record] }];
    if (random.chance(0.2))
      steps.push({ atMs: random.int(atMs, size.loadMs), records: [{ ...record, id: `${record.id}-again` }] });
    return steps;
  }).flat();
}

/** A valid report. */
export function someReport(random: SeededRandom, id: string): PlannedRecord {
  const { unknown: _unknown, ...known } = policyProjects;
  const kind = random.weighted(kinds);
  const value: PolicyEnforcementReported = {
    policy_project_id: random.pick(Object.values(known)),
    kind,
    policies: policies
      .filter((_, i) => i === 0 || random.chance(0.3))
      .map((name) => ({ type: 'pipeline_execution_policy', name })),
    project_id: random.int(1_100, 1_139),
    project_path: random.chance(0.5) ? 't1/g0/given' : null,
    occurred_at: someTime(random),
    actor: random.chance(0.8) ? { ...ann, id: String(random.int(1, 30)) } : null,
    reason: random.pick([null, 'no runner', 'timeout']),
    bypass_type: kind === 'bypassed' ? random.pick(['user', 'service_account', 'access_token']) : null,
    exemption: [],
    pipeline_id: random.int(1, 1_000_000),
    schedule_id: null,
    ref: 'main',
    commit_sha: null,
    merge_request: null,
  };
  const headers = { ce_specversion: '1.0', ce_id: id, ce_source: REPORT_SOURCE };
  return { id, topic: topics.policyEnforcements, key: String(value.policy_project_id), value, headers };
}
