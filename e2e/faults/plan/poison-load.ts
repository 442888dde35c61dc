import {
  eventId,
  topics,
  ungathered,
  type AuditCandidate,
  type AuditEvent,
  type PolicyEnforcementReported,
  type PolicyFilePushed,
} from '@auditmesh/events';
import { scopeOf, someEvent } from './event-shape.ts';
import type { LoadStep, PlannedRecord } from './load-step.ts';
import { commandPoison, mergeRequestPoison, withoutCause } from './compliance-poison.ts';
import { policyProjects } from './directory.ts';
import { directoryRecord } from './directory-load.ts';
import { someReport } from './report-load.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Size } from './sizes.ts';
import { damaged, spoilt, type Breaking } from './spoilt.ts';

const SOURCE = 'faults/poison';
const YEAR_2100_US = 4_102_444_800_000_000;

/** What breaks the contract of a topic, by what is wrong. */
const brokenPushes: Breaking<PolicyFilePushed> = {
  'no push id': { push_id: '' },
  'no project': { policy_project_id: 0 },
  'from the future': { occurred_at: YEAR_2100_US },
  'before 1970': { occurred_at: -1 },
};
const brokenReports: Breaking<PolicyEnforcementReported> = {
  'no policy': { policies: [] },
  'unknown kind': { kind: 'exploded' },
  'no project': { project_id: 0 },
  'unknown bypass': { kind: 'bypassed', bypass_type: 'magic' },
  'from the future': { occurred_at: YEAR_2100_US },
};
const brokenCandidates: Breaking<AuditCandidate> = {
  'ordinal too high': { ordinal: 4 },
  'no ordinal': { ordinal: null },
  'less than none expected': { expected: -1 },
  'member without a project': { project_id: null },
  'empty key': { consolidation_key: '' },
  'header without its event': { ordinal: 0 },
  'lone without its event': { consolidation_key: null, ordinal: null, expected: null },
};
const brokenEvents: Breaking<AuditEvent> = {
  'unknown type': { type: 'no_such_type' },
  'unknown category': { category: 'nothing' },
  'an id of another time': { id: eventId(0, SOURCE, 'another time') },
  'unknown outcome': { outcome: 'maybe' },
  'NUL in a text': { message: 'a\0b' },
  'attributes that are no JSON': { attributes: '{' },
  'from the future': { occurred_at: YEAR_2100_US, id: eventId(YEAR_2100_US, SOURCE, 'future') },
};

/** Records that nobody can use, into every input of the mesh; one kind after the other, so that all occur. */
export function poisonLoad(random: SeededRandom, size: Size): LoadStep[] {
  const makers = [
    ...[pushPoison, candidatePoison, eventPoison, directoryPoison, reportPoison],
    ...[mergeRequestPoison, commandPoison],
  ];
  return Array.from({ length: size.poison }, (_, n) => {
    const record = makers[n % makers.length]!(random, `poison-${n}`, Math.floor(n / makers.length));
    return { atMs: random.int(0, size.loadMs), records: [record] };
  });
}

/** Poison of the same partition, to be written just before these pushes: it shares their transactions. */
export function poisonBefore(random: SeededRandom, steps: LoadStep[]): LoadStep[] {
  return steps.map(({ atMs, records }) => {
    const { id, key } = records[0]!;
    return { atMs, records: [{ ...pushPoison(random, `before-${id}`, random.int(0, 20)), key }, ...records] };
  });
}

function pushPoison(random: SeededRandom, id: string, round: number): PlannedRecord {
  const policy_project_id = random.pick(Object.values(policyProjects));
  const signature = { name: 'Nobody', email: 'nobody@acme.example', at: 0 };
  const value: PolicyFilePushed = {
    push_id: id,
    policy_project_id,
    file_path: 'policy.yml',
    content: 'approval_policy: []',
    commit_sha: id,
    author: signature,
    committer: signature,
    pusher: null,
    occurred_at: 0,
    imported: false,
    author_account: null,
    merge_request: null,
    commits: [],
  };
  const record = { id, topic: topics.policyPushes, key: String(policy_project_id), value };
  const headers = { ce_id: id, ce_source: SOURCE };
  if (round % 6 === 5) return { ...record, headers: { ce_id: id }, poison: 'INVALID_RECORD' };
  return { ...spoilt(random, record, brokenPushes, round), headers };
}

function reportPoison(random: SeededRandom, id: string, round: number): PlannedRecord {
  const record = someReport(random, id);
  return { ...spoilt(random, record, brokenReports, round), headers: { ce_source: SOURCE, ce_id: id } };
}

function candidatePoison(random: SeededRandom, id: string, round: number): PlannedRecord {
  const { log, event } = someEvent(random, SOURCE, id);
  const { type, category, occurred_at, scope, target, cause, source } = event;
  const shared = { log, type, category, occurred_at, scope, target, cause, source, event: null };
  const value: AuditCandidate = {
    ...ungathered,
    ...shared,
    ordinal: 1,
    project_id: 1,
    expected: 3,
    consolidation_key: `poison/${id}`,
  };
  return spoilt(
    random,
    { id, topic: topics.auditCandidates, key: `poison/${id}`, value },
    brokenCandidates,
    round,
  );
}

function eventPoison(random: SeededRandom, id: string, round: number): PlannedRecord {
  const { log, event } = someEvent(random, SOURCE, id);
  const record = { id, topic: topics.auditEvents, key: log, value: event };
  if (round % 6 !== 5) return spoilt(random, record, brokenEvents, round);
  return { ...record, value: { ...event, scope: scopeOf('9', 1) }, poison: 'INVALID_RECORD' };
}

/**
 * A change that no table can hold takes the way of a handler that fails again and again. It is a project like any other
 * to those who do not keep it in a table, so it lies where no policy project governs.
 */
function directoryPoison(random: SeededRandom, id: string, round: number): PlannedRecord {
  const tenant = random.pick(['1', '3']);
  const project = {
    id: 900_000 + round,
    path: `t${tenant}/${id}`,
    namespace_id: Number(tenant),
    archived: false,
    personal: false,
  };
  const entry = { project: { ...project, settings: 'no JSON' } };
  const record = directoryRecord(id, tenant, `project/${project.id}`, entry, 0);
  if (round % 4 === 3) return withoutCause(id);
  return round % 4 === 2 ? { ...record, poison: 'HANDLER_FAILED' } : damaged(record, round);
}
