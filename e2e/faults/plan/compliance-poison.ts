import { eventId, type MergeRequestChanged } from '@auditmesh/events';
import { complianceProjects } from './compliance.ts';
import { frameworkRecord } from './framework-load.ts';
import type { PlannedRecord } from './load-step.ts';
import { mergeRequestRecord } from './merge-request-load.ts';
import { commandsOf } from './review-load.ts';
import type { SeededRandom } from './seeded-random.ts';
import { damaged, spoilt, type Breaking } from './spoilt.ts';

const SOURCE = 'faults/compliance-poison';
const YEAR_2100_US = 4_102_444_800_000_000;

const brokenMergeRequests: Breaking<MergeRequestChanged> = {
  'no iid': { iid: 0 },
  'unknown change': { change: 'rebased' },
  'key of another project': { project_id: 1 },
  'sequence below 0': { sequence: -1 },
  'from the future': { occurred_at: YEAR_2100_US },
};

/** Of a merge request that nothing else is told of. */
export function mergeRequestPoison(random: SeededRandom, id: string, round: number): PlannedRecord {
  const record = mergeRequestRecord(id, random.pick(complianceProjects('4')), 900_000, { occurred_at: 0 });
  return { ...spoilt(random, record, brokenMergeRequests, round), headers: record.headers! };
}

/** Every other one does not decode; the rest is about a violation that there is not. */
export function commandPoison(random: SeededRandom, id: string, round: number): PlannedRecord {
  const ask = { asked: { comment: { violation_id: '{}', text: id } }, again: false, astray: false };
  const detection = { violation_id: eventId(0, SOURCE, id) };
  const violation = { tenant: '4', project_id: random.pick(complianceProjects('4')), detection };
  const [record] = commandsOf([ask], { key: '4.0', value: violation as never }, 0);
  return round % 2 === 0 ? damaged({ ...record!, id }, round / 2) : { ...record!, id };
}

/** A framework that was removed, nobody knows by whom: it counts in the directory, and cannot be told. */
export function withoutCause(id: string): PlannedRecord {
  const { headers: _headers, ...record } = frameworkRecord(id, '4', 43, null, 0);
  return { ...record, poison: 'INVALID_RECORD' };
}
