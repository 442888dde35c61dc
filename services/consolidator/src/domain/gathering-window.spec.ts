import { describe, expect, it } from '@jest/globals';
import { idsOfList, type AuditCandidate } from '@auditmesh/events';
import fc from 'fast-check';
import type { Emission } from './emission.js';
import { MAX_GATHERED } from './gathering-window.js';
import { Windows } from './windows.js';

const limits = { idleMs: 60_000, maxMs: 900_000 };
const T0 = 1_800_000_000_000;
const CLOSES = T0 + 660_000;

/** The n-th failure of a policy within ten minutes. */
const failure = (n: number, project = 1000 + (n % 7)): AuditCandidate => ({
  ordinal: null,
  expected: null,
  project_id: project,
  consolidation_key: '42/enforcement',
  log: '1.0',
  type: 'security_policy_pipeline_failed',
  category: 'enforcement_failure',
  occurred_at: T0 * 1000,
  scope: { type: 'project', id: '42', path: 'acme/policies', root_namespace_id: '1' },
  target: { type: 'security_policy', id: 'pipeline_execution_policy/Scan', name: 'Scan' },
  cause: { id: `pipeline-${n}`, topic: 'policy.enforcements.v1' },
  source: 'gitlab',
  event: null,
  closes_at: CLOSES,
  message: 'Pipelines of the security policy "Scan" failed',
  rollout_variant: null,
  occurrence: {
    policy_type: 'pipeline_execution_policy',
    policy_name: 'Scan',
    kind: 'pipeline_failed',
    reason: null,
    project_id: project,
    project_path: null,
    occurred_at: T0 * 1000 + n,
    actor: {
      id: String(n % 3),
      type: 'user',
      name: `User ${n % 3}`,
      email: null,
      ip: null,
      user_agent: null,
    },
    pipeline_id: n,
    schedule_id: null,
    ref: 'main',
    commit_sha: null,
    merge_request: null,
  },
});
const failures = (count: number) => Array.from({ length: count }, (_, n) => failure(n));

function feed(windows: Windows, candidates: AuditCandidate[], offset = 0, time = T0): Emission[] {
  return candidates.flatMap((candidate, i) => {
    expect(windows.faultOf(candidate)).toBeUndefined();
    return windows.add(candidate, offset + i, time, candidate);
  });
}

describe('a window of which nobody knows how many members will come', () => {
  it('gives one event with how often, where and by whom, when its time is over', () => {
    const windows = new Windows(limits);
    expect(feed(windows, failures(30))).toEqual([]);
    expect(windows.advance(CLOSES - 1)).toEqual([]);
    const [{ event }, ...rest] = windows.advance(CLOSES + 1_000) as [Emission];
    expect(rest).toEqual([]);
    expect(event.message).toBe('Pipelines of the security policy "Scan" failed, 30 times in 7 projects');
    expect(event.actor.type).toBe('system');
    expect(event.outcome).toBe('failure');
    expect(event.occurred_at).toBe(T0 * 1000);
    expect(event.enforcement).toMatchObject({ occurrences: 30, actors_count: 3, first_at: T0 * 1000 });
    expect(event.enforcement!.sample).toHaveLength(10);
    expect(event.enforcement!.actors_sample.map(({ id }) => id)).toEqual(['0', '1', '2']);
    expect(event.consolidation).toMatchObject({
      affected_projects_count: 7,
      affected_projects_sample: ['1000', '1001', '1002', '1003', '1004', '1005', '1006'],
      complete: null,
      missing: 0,
    });
    expect([...idsOfList(event.contents[0]!.text)]).toEqual([1000, 1001, 1002, 1003, 1004, 1005, 1006]);
    expect(event.contents[0]!.sha256).toBe(event.consolidation!.affected_projects);
  });

  it('gives the same event for any order and duplication', () => {
    const all = failures(25);
    const once = new Windows(limits);
    feed(once, all);
    const [expected] = once.advance(CLOSES + 1_000);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.array(fc.constantFrom(...all), { maxLength: 20 }),
        (shuffled, again) => {
          const windows = new Windows(limits);
          feed(windows, [...shuffled.slice(0, 5), ...again, ...shuffled]);
          const [emission] = windows.advance(CLOSES + 1_000);
          expect(emission!.event).toEqual(expected!.event);
        },
      ),
    );
  });

  it('counts a cause once, also after it closed and after a restart', () => {
    const windows = new Windows(limits);
    feed(windows, failures(5));
    const [{ closure }] = windows.advance(CLOSES + 1_000) as [Emission];
    const restarted = new Windows(limits);
    restarted.restore(closure!);
    for (const each of [windows, restarted]) {
      expect(feed(each, [failure(3)], 100, CLOSES + 2_000)).toEqual([]);
      expect(each.openCount).toBe(0);
    }
  });

  it('adds what comes late in an amendment of its own', () => {
    const windows = new Windows(limits);
    feed(windows, failures(5));
    const [first] = windows.advance(CLOSES + 1_000);
    feed(windows, [failure(4), failure(5), failure(6)], 100, CLOSES + 2_000);
    const [late] = windows.advance(CLOSES + 63_000);
    expect(late!.event).toMatchObject({
      type: 'audit_event_amended',
      consolidation: { affected_projects_count: 2, amends: { id: first!.event.id, number: 1 } },
      enforcement: { occurrences: 2 },
    });
    expect(late!.event.id).not.toBe(first!.event.id);
  });

  it('waits a while when all its members come after its time, as after an outage', () => {
    const windows = new Windows(limits);
    const late = CLOSES + 3_600_000;
    expect(feed(windows, failures(3), 0, late)).toEqual([]);
    expect(windows.advance(late + 30_000)).toEqual([]);
    expect(windows.advance(late + 61_000)).toHaveLength(1);
  });

  it('closes into a follow-up when it is full, and keeps the closure within a record', () => {
    const windows = new Windows(limits);
    const [full, ...rest] = feed(windows, failures(MAX_GATHERED + 10));
    expect(rest).toEqual([]);
    expect(full!.event.enforcement!.occurrences).toBe(MAX_GATHERED);
    expect(full!.closure!.seen.length).toBe(8 * MAX_GATHERED);
    const [follow] = windows.advance(CLOSES + 1_000);
    expect(follow!.event.enforcement!.occurrences).toBe(10);
    expect(follow!.event.consolidation!.amends).toEqual({ id: full!.event.id, number: 1 });
    expect(follow!.closure!.seen.length).toBe(80);

    const restarted = new Windows(limits);
    restarted.restore(full!.closure!);
    restarted.restore(follow!.closure!);
    feed(restarted, [failure(1), failure(MAX_GATHERED + 1)], MAX_GATHERED + 100, CLOSES + 2_000);
    expect(restarted.openCount).toBe(0);
  });

  it('refuses a candidate that announces members where the others do not', () => {
    const windows = new Windows(limits);
    feed(windows, [failure(1)]);
    expect(windows.faultOf({ ...failure(2), ordinal: 1, expected: 2 })).toMatch(/announces 2 members/);
  });
});
