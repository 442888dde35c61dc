import { topics, type Actor, type Approval, type MergeRequestChanged } from '@auditmesh/events';
import { complianceProjects, complianceTenants, pathOfProject } from './compliance.ts';
import { ann } from './event-shape.ts';
import type { LoadStep, PlannedRecord } from './load-step.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Size } from './sizes.ts';

export const MERGE_REQUEST_SOURCE = 'faults/merge-requests';
const people = ['ann', 'ben', 'eve', 'kim'];
/** What becomes of a merge request in the end. */
const ends = { merged: 7, closed: 2, open: 1 };
/** When something happened beside when it is written: mostly then. */
const clocks = { right: 8, late: 1, ahead: 1 };
/** Projects of a tenant that the directory does not know. */
const FIRST_UNKNOWN = 4_900;
const LATE_US = 30_000_000;
const AHEAD_US = 3_600_000_000;

/**
 * Merge requests that are opened, approved, found fault with, merged or closed; some records come again, some after what
 * happened later, and some were written by a clock that is wrong.
 *
 * @param beganAt µs since the epoch
 */
export function mergeRequestLoad(random: SeededRandom, size: Size, beganAt: number): LoadStep[] {
  return Array.from({ length: size.mergeRequests }, (_, n) => {
    const own = random.fork(String(n));
    const project = own.pick(complianceProjects(own.pick(complianceTenants)));
    const end = own.weighted(ends);
    const changes = [
      'opened',
      ...Array<string>(own.int(0, 3)).fill('updated'),
      end === 'open' ? 'updated' : end,
    ];
    if (own.chance(0.2)) changes.push('updated');
    const times = changes.map(() => own.int(0, size.loadMs)).sort((a, b) => a - b);
    const swapped = own.chance(0.1) ? times.with(0, times[1]!).with(1, times[0]!) : times;
    const clock = { right: 0, late: -LATE_US, ahead: AHEAD_US }[own.weighted(clocks)];
    let approvals: Approval[] = [];
    return changes.flatMap((change, i) => {
      approvals = nextApprovals(own, approvals);
      const atMs = swapped[i]!;
      const facts = { change, approvals, occurred_at: beganAt + times[i]! * 1_000 + clock };
      const record = mergeRequestRecord(`mr-${n}-${i + 1}`, project, n + 1, {
        ...{ sequence: i + 1, findings: own.chance(0.3) ? [critical] : [] },
        ...facts,
      });
      const steps = [{ atMs, records: [record] }];
      if (own.chance(0.15)) {
        const again = { ...record, id: `${record.id}-again` };
        steps.push({ atMs: own.int(atMs, size.loadMs), records: [again] });
      }
      return steps;
    });
  }).flat();
}

/**
 * Merges in projects that nobody knows: each process waits for them once. With each comes a record that cannot be used, of
 * which the waiting transaction has to tell, too.
 */
export function waitingMergeRequestLoad(random: SeededRandom, size: Size, beganAt: number): LoadStep[] {
  return Array.from({ length: size.waitingMergeRequests }, (_, n) => {
    const atMs = random.int(Math.round(size.loadMs * 0.1), Math.round(size.loadMs * 0.8));
    const merged = { change: 'merged', occurred_at: beganAt + atMs * 1_000 };
    const record = (id: string, facts: typeof merged & { sequence?: number }) =>
      mergeRequestRecord(id, FIRST_UNKNOWN + n, 1, facts);
    const useless = record(`mr-useless-${n}`, { ...merged, sequence: -1 });
    return {
      atMs,
      records: [{ ...useless, poison: 'INVALID_RECORD' }, record(`mr-waiting-${n}`, merged)],
    };
  });
}

/** A valid change of a merge request. @param facts those that matter, `occurred_at` among them */
export function mergeRequestRecord(
  id: string,
  project_id: number,
  iid: number,
  facts: Partial<MergeRequestChanged> & Pick<MergeRequestChanged, 'occurred_at'>,
): PlannedRecord {
  const value: MergeRequestChanged = {
    ...{ id: 1_000_000 + iid, iid, project_id, project_path: pathOfProject(project_id) },
    ...{ sequence: 1, change: 'updated', actor: ann, author: personOf('ann') },
    ...{ title: `Change ${iid}`, description: null, source_branch: `b-${iid}`, target_branch: 'main' },
    ...{ target_branch_default: true, target_branch_protected: true, commits: [], approvals: [] },
    ...{ required_approvals: null, findings: [], licenses: null },
    scans: [{ scanner: 'sast', status: 'success' }],
    ...facts,
  };
  const headers = { ce_specversion: '1.0', ce_id: id, ce_source: MERGE_REQUEST_SOURCE };
  return { id, topic: topics.mergeRequestsChanges, key: String(project_id), value, headers };
}

const critical = {
  ...{ scanner: 'sast', severity: 'critical', state: 'new_needs_triage', count: 2 },
  ...{ false_positive: false, fix_available: false, detected_at: null },
};

/** Somebody approves, or takes it back. */
function nextApprovals(random: SeededRandom, before: Approval[]): Approval[] {
  if (random.chance(0.35)) return before;
  const username = random.pick(people);
  const others = before.filter((approval) => approval.username !== username);
  if (others.length < before.length) return others;
  const role = random.chance(0.8) ? 'maintainer' : 'developer';
  const unknown = { custom_role_id: null, group_ids: [], group_paths: [], approved_at: null };
  return [...others, { user: personOf(username), username, role, ...unknown }];
}

const personOf = (username: string): Actor => ({
  ...{ id: `id-${username}`, type: 'user', name: username, email: `${username}@acme.example` },
  ...{ ip: null, user_agent: null },
});
