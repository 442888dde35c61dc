import { describe, expect, it } from '@jest/globals';
import { noDetails, ungathered, type AuditCandidate, type AuditEvent } from '@auditmesh/events';
import fc from 'fast-check';
import { faultOfWhole } from './candidate.js';
import type { Emission } from './emission.js';
import { Windows } from './windows.js';

const limits = { idleMs: 60_000, maxMs: 900_000 };
const T0 = 1_800_000_000_000;
const actor = { id: '17', type: 'user', name: 'Ann Lee', email: null, ip: null, user_agent: null };
const scope = { type: 'project', id: '42', path: 'acme/policies', root_namespace_id: '1' };
const target = { type: 'security_policy', id: 'approval_policy/Two eyes', name: 'Two eyes' };
const shared = {
  log: '1.0',
  type: 'security_policy_update',
  category: 'policy_change',
  occurred_at: 1_795_000_000_000_000,
  scope,
  target,
  cause: { id: 'p1', topic: 'policy.pushes.v1' },
  source: 'git',
};
const event = (): AuditEvent => {
  const { log: _log, ...same } = shared;
  return {
    ...same,
    id: '',
    actor,
    outcome: 'success',
    message: 'Updated',
    consolidation: null,
    trace_id: null,
    ...noDetails,
    contents: [],
  };
};

const member = (ordinal: number, expected: number, key = 'k'): AuditCandidate => ({
  ...shared,
  ordinal,
  expected,
  consolidation_key: key,
  project_id: 1000 + ordinal,
  event: null,
  ...ungathered,
});
const header = (expected: number, key = 'k'): AuditCandidate => ({
  ...member(0, expected, key),
  project_id: null,
  event: event(),
});
const whole = (expected: number, key = 'k') => [
  header(expected, key),
  ...Array.from({ length: expected }, (_, i) => member(i + 1, expected, key)),
];

/** As the handler does: the whole candidate only where it is asked for. */
function add(
  windows: Windows,
  candidate: AuditCandidate,
  offset: number,
  time: number,
  again = false,
): Emission[] {
  const { consolidation_key, ordinal, project_id, expected } = candidate;
  const head = { consolidation_key, ordinal, project_id, expected };
  return windows.add(head, offset, time, windows.needsWhole(head, time) ? candidate : undefined, again);
}

/** Feeds candidates ten milliseconds apart. */
function feed(windows: Windows, candidates: AuditCandidate[], offset = 0, time = T0): Emission[] {
  return candidates.flatMap((c, i) => add(windows, c, offset + i, time + i * 10));
}
const consolidation = (e: Emission) => e.event.consolidation!;

describe('a window', () => {
  it('closes when header and all members are in, with the number announced and a sample', () => {
    const [emission, ...rest] = feed(new Windows(limits), whole(12));
    expect(rest).toEqual([]);
    expect(emission!.event).toMatchObject({ type: 'security_policy_update', actor, message: 'Updated' });
    expect(consolidation(emission!)).toEqual({
      key: 'k',
      affected_projects_count: 12,
      affected_projects_sample: Array.from({ length: 10 }, (_, i) => String(1001 + i)),
      affected_projects: null,
      complete: true,
      missing: 0,
      amends: null,
    });
  });

  it('closes at once for a change that affects no project', () => {
    const emissions = feed(new Windows(limits), whole(0));
    expect(emissions.map(consolidation)).toMatchObject([{ affected_projects_count: 0, complete: true }]);
  });

  it('gives the same event for any order, duplication and batching of its candidates', () => {
    const [expected] = feed(new Windows(limits), whole(30));
    const copies = fc.array(fc.nat(30), { maxLength: 40 });
    const order = fc.shuffledSubarray([...Array(31).keys()], { minLength: 31 });
    fc.assert(
      fc.property(order, copies, (first, again) => {
        const all = whole(30);
        const emissions = feed(
          new Windows(limits),
          [...first, ...again].map((i) => all[i]!),
        );
        expect(emissions.map((e) => e.event)).toEqual([expected!.event]);
      }),
    );
  });

  it('closes a minute after its latest candidate, saying how many are missing', () => {
    const windows = new Windows(limits);
    expect(feed(windows, [header(3), member(1, 3)])).toEqual([]);
    expect(windows.advance(T0 + 60_009)).toEqual([]);
    const [emission] = windows.advance(T0 + 62_000);
    expect(consolidation(emission!)).toMatchObject({
      complete: false,
      missing: 2,
      affected_projects_count: 3,
      affected_projects_sample: ['1001'],
    });
  });

  it('closes a quarter of an hour after its first candidate, whatever still comes', () => {
    const windows = new Windows(limits);
    const emissions = Array.from({ length: 40 }, (_, i) =>
      add(windows, member(i + 1, 99), i, T0 + i * 30_000),
    ).flat();
    expect(emissions.map(consolidation)).toMatchObject([{ complete: false, missing: 69 }]);
  });

  it('has no details when its header is missing, and gets them by an amendment', () => {
    const windows = new Windows(limits);
    feed(windows, [member(1, 1)]);
    const [first] = windows.advance(T0 + 100_000);
    expect(first!.event).toMatchObject({
      type: 'security_policy_update',
      actor: { type: 'system' },
      policy_change: null,
    });
    const [second] = add(windows, header(1), 1, T0 + 101_000);
    expect(second!.event).toMatchObject({
      type: 'audit_event_amended',
      actor,
      occurred_at: shared.occurred_at,
    });
    expect(second!.event.message).toContain(first!.event.id);
    expect(consolidation(second!)).toMatchObject({
      complete: true,
      missing: 0,
      amends: { id: first!.event.id, number: 1 },
    });
  });

  it('gathers what comes late in a window of its own, and counts no member twice', () => {
    const windows = new Windows(limits);
    const [a] = [feed(windows, [header(5), member(1, 5), member(2, 5)]), windows.advance(T0 + 100_000)][1]!;
    const late = [member(1, 5), member(3, 5), member(3, 5), member(2, 5)];
    expect(feed(windows, late, 3, T0 + 200_000)).toEqual([]);
    const [b] = windows.advance(T0 + 300_000);
    const [c] = feed(windows, [member(4, 5), member(5, 5)], 7, T0 + 400_000);
    expect([a, b, c].map((e) => consolidation(e!))).toMatchObject([
      { complete: false, missing: 3, amends: null },
      {
        complete: false,
        missing: 2,
        affected_projects_sample: ['1003'],
        amends: { id: a!.event.id, number: 1 },
      },
      {
        complete: true,
        missing: 0,
        affected_projects_sample: ['1004', '1005'],
        amends: { id: a!.event.id, number: 2 },
      },
    ]);
    expect(feed(windows, whole(5), 9, T0 + 500_000)).toEqual([]);
  });
});

describe('windows read again', () => {
  /** What a restart does: the closures from their topic, the records from the offset that was held. */
  const restarted = (closures: Emission[]) => {
    const windows = new Windows(limits);
    for (const { closure } of closures) if (closure) windows.restore(closure);
    return windows;
  };

  it('emit each event once, wherever the process is cut off', () => {
    const keys = ['a', 'b', 'c'];
    const lone = ['x', 'y', 'z'].map((id) => ({
      ...header(0),
      consolidation_key: null,
      event: { ...event(), id },
    }));
    const candidates = fc.shuffledSubarray([...keys.flatMap((k) => whole(6, k)), ...lone], { minLength: 24 });
    const gaps = fc.array(fc.constantFrom(1, 1, 1, 70_000), { minLength: 48, maxLength: 48 });
    const cuts = fc.array(fc.nat(48), { maxLength: 6 });
    fc.assert(
      fc.property(candidates, candidates, gaps, cuts, (once, twice, steps, stops) => {
        const log = [...once, ...twice].map((candidate, offset) => ({
          candidate,
          offset,
          time: T0 + steps.slice(0, offset).reduce((x, y) => x + y, 0),
        }));
        const run = (plan: Set<number>) => {
          let windows = new Windows(limits);
          const emitted: Emission[] = [];
          let readTo = 0;
          for (let position = 0; position < log.length; position++) {
            const { candidate, offset, time } = log[position]!;
            emitted.push(...add(windows, candidate, offset, time, offset < readTo));
            readTo = Math.max(readTo, offset + 1);
            if (!plan.delete(offset)) continue;
            position = (windows.firstUnsettled ?? offset + 1) - 1;
            windows = restarted(emitted);
          }
          return [...emitted, ...windows.advance(T0 + 10 ** 9)].map((e) => e.event);
        };
        const straight = run(new Set());
        const ids = (events: AuditEvent[]) => events.map((e) => e.id).toSorted();
        const cutOff = run(new Set(stops));
        expect(ids(cutOff)).toEqual(ids(straight));
        expect(cutOff.toSorted(byId)).toEqual(straight.toSorted(byId));
      }),
      { numRuns: 500 },
    );
  });

  it('hold the offset of the oldest open window', () => {
    const windows = new Windows(limits);
    feed(windows, [header(2, 'a'), header(1, 'b'), member(1, 2, 'a')]);
    expect(windows.firstUnsettled).toBe(0);
    feed(windows, [member(2, 2, 'a')], 3);
    expect(windows.firstUnsettled).toBe(1);
    feed(windows, [member(1, 1, 'b')], 4);
    expect(windows.firstUnsettled).toBeUndefined();
  });
});

const byId = (a: AuditEvent, b: AuditEvent) => (a.id < b.id ? -1 : 1);

describe('the contract of candidates', () => {
  const fault = (change: Partial<AuditCandidate>) => new Windows(limits).faultOf({ ...header(3), ...change });

  it('lets a header, a member and a lone event pass', () => {
    expect(fault({})).toBeUndefined();
    expect(fault({ ordinal: 2, event: null, project_id: 7 })).toBeUndefined();
    expect(fault({ consolidation_key: null, ordinal: null, expected: null })).toBeUndefined();
  });

  it.each<[string, Partial<AuditCandidate>]>([
    ['an empty key', { consolidation_key: '' }],
    ['no ordinal', { ordinal: null }],
    ['a number expected beyond reason', { expected: 2_000_000_000 }],
    ['an ordinal beyond the number expected', { ordinal: 4, event: null }],
    ['a member without a project', { ordinal: 1, project_id: null }],
  ])('refuses %s', (_what, change) => expect(fault(change)).toMatch(/\.$/));

  it('refuses a header and a lone candidate without an event', () => {
    expect(faultOfWhole({ ...header(3), event: null })).toMatch(/header/);
    expect(faultOfWhole({ ...header(3), event: null, consolidation_key: null })).toMatch(
      /without a consolidation key/,
    );
    expect(faultOfWhole(header(3))).toBeUndefined();
  });

  it('refuses a candidate that announces another number than the others of its key', () => {
    const windows = new Windows(limits);
    feed(windows, [header(3)]);
    expect(windows.faultOf(member(1, 4))).toMatch(/announces 4 members where others of its key announced 3/);
  });
});
