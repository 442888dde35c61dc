import type { AuditEvent, DirectoryChanged, MergeRequestChanged } from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import { planOf, type Plan } from './plan.ts';
import { sizes } from './sizes.ts';

const seeds = [0, 1, 2, 3, 4_294_967_295];
const BEGINNING = 1_790_000_000_000_000;
const faultsOf = (plan: Plan) => plan.faults.flatMap(({ faults }) => faults);
const recordsOf = (plan: Plan) => plan.load.flatMap(({ records }) => records);
const SESSION_TIMEOUT_MS = 10_000;

describe('the plan of a run', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(planOf(7, sizes.short, BEGINNING)).toEqual(planOf(7, sizes.short, BEGINNING));
    expect(planOf(7, sizes.short, BEGINNING)).not.toEqual(planOf(8, sizes.short, BEGINNING));
  });

  it.each(seeds)('is large enough in its long form (seed %d)', (seed) => {
    const plan = planOf(seed, sizes.long, BEGINNING);
    expect(faultsOf(plan).length).toBeGreaterThanOrEqual(sizes.long.leastFaults);
    expect(recordsOf(plan).length).toBeGreaterThanOrEqual(50_000);
    expect(sizes.long.largeGroup * sizes.long.largePolicies).toBeGreaterThan(20_000);
  });

  it.each(seeds)('has every kind of fault also in its short form (seed %d)', (seed) => {
    const plan = planOf(seed, sizes.short, BEGINNING);
    const kinds = faultsOf(plan).map((fault) => (fault.kind === 'toxic' ? fault.toxic.type : fault.kind));
    expect(new Set(kinds)).toEqual(
      new Set(['signal', 'freeze', 'cut', 'latency', 'bandwidth', 'timeout', 'reset_peer']),
    );
    expect(faultsOf(plan).length).toBeGreaterThanOrEqual(sizes.short.leastFaults);
    expect(sizes.short.largeGroup * sizes.short.largePolicies).toBeGreaterThan(20_000);
  });

  it.each(seeds)('is in order of time and ends in time (seed %d)', (seed) => {
    const { load, posts, faults } = planOf(seed, sizes.short, BEGINNING);
    for (const steps of [load, posts, faults]) {
      const times = steps.map(({ atMs }) => atMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times.at(-1)).toBeLessThanOrEqual(sizes.short.loadMs);
    }
  });

  it('freezes for longer than a session lasts, so that what comes back is a zombie', () => {
    for (const fault of faultsOf(planOf(1, sizes.long, BEGINNING)))
      if (fault.kind === 'freeze') expect(fault.forMs).toBeGreaterThan(SESSION_TIMEOUT_MS);
  });

  it('never hits a process with two faults of one step', () => {
    for (const { faults } of planOf(1, sizes.long, BEGINNING).faults) {
      const targets = faults.flatMap((f) => (f.kind === 'signal' || f.kind === 'freeze' ? [f.target] : []));
      expect(new Set(targets).size).toBe(targets.length);
    }
  });

  it('gives every record an id of its own, by which it is found again', () => {
    const ids = recordsOf(planOf(1, sizes.long, BEGINNING)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says of every policy file what it is', () => {
    const pushes = recordsOf(planOf(1, sizes.long, BEGINNING)).filter(
      (r) => r.topic.name === 'policy.pushes.v1' && !r.poison,
    );
    const kinds = pushes.map(({ headers }) => headers!['faults_file']);
    expect(new Set(kinds)).toEqual(new Set(['valid', 'invalid', 'removed']));
  });

  it.each(seeds)('lets merge requests, settings and frameworks change while it runs (seed %d)', (seed) => {
    const records = recordsOf(planOf(seed, sizes.short, BEGINNING)).filter(({ poison }) => !poison);
    const of = <T>(prefix: string) =>
      records.filter(({ id }) => id.startsWith(prefix)).map(({ value }) => value as T);
    const changes = of<MergeRequestChanged>('mr-').map(({ change }) => change);
    expect(new Set(changes)).toEqual(new Set(['opened', 'updated', 'merged', 'closed']));
    const entries = of<DirectoryChanged>('framework-').map(({ entry }) => entry === null);
    expect(new Set(entries)).toEqual(new Set([true, false]));
    for (const { occurred_at } of of<AuditEvent>('settings-event-'))
      expect(occurred_at).toBeGreaterThanOrEqual(BEGINNING);
  });
});
