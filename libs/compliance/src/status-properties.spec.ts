import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isOpen, violationStatuses, type ViolationStatus } from './lifecycle.js';
import {
  complianceTimelines,
  type ComplianceFacts,
  type ComplianceStatus,
  type StateOfControl,
  type RequirementOfProject,
} from './status.js';
import { runAt } from './timeline.js';

const names = ['a', 'b', 'c'];
const time = fc.nat(30);
const END = 35;

interface State {
  control: string;
  at: number;
  state: StateOfControl;
}
interface Violation {
  control: string;
  at: number;
  transitions: { at: number; to: ViolationStatus }[];
}

const states: fc.Arbitrary<State[]> = fc.array(
  fc.record({
    control: fc.constantFrom(...names),
    at: time,
    state: fc.constantFrom<StateOfControl>('pass', 'fail', 'pending', 'indeterminate'),
  }),
  { maxLength: 8 },
);
const violations: fc.Arbitrary<Violation[]> = fc.array(
  fc.record({
    control: fc.constantFrom(...names),
    at: time,
    transitions: fc.array(fc.record({ at: fc.nat(6), to: fc.constantFrom(...violationStatuses) }), {
      maxLength: 4,
    }),
  }),
  { maxLength: 6 },
);
/** Transitions come as steps in time; no violation goes back in it. */
const inOrder = ({ control, at, transitions }: Violation): Violation => {
  let now = at;
  return { control, at, transitions: transitions.map((each) => ({ to: each.to, at: (now += each.at) })) };
};

const requirements = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.subarray(names)), { selector: ([id]) => id })
  .map((list) =>
    list.map(([requirement_id, controls]): RequirementOfProject => ({
      ...{ framework_id: 1, framework_name: 'f', requirement_id, requirement_name: `r${requirement_id}` },
      controls,
    })),
  );
const required = fc
  .array(fc.record({ at: time, requirements }), { maxLength: 6 })
  .map((list) => list.sort((a, b) => a.at - b.at));

interface History {
  states: State[];
  violations: Violation[];
  required: { at: number; requirements: RequirementOfProject[] }[];
}
const histories: fc.Arbitrary<History> = fc.record({
  states,
  violations: violations.map((list) => list.map(inOrder)),
  required,
});

const factsOf = (history: History): ComplianceFacts => ({
  required: history.required,
  controls: new Map(
    names.map((name) => [
      name,
      {
        states: history.states.filter(({ control }) => control === name),
        violations: history.violations.filter(({ control }) => control === name),
      },
    ]),
  ),
});

/** By its definition, from nothing but what was so at that time. */
function controlAt(history: History, name: string, at: number): ComplianceStatus {
  const open = history.violations
    .filter((violation) => violation.control === name && violation.at <= at)
    .map(({ transitions }) => transitions.filter((each) => each.at <= at).at(-1)?.to ?? 'detected')
    .some(isOpen);
  let latest: State | undefined;
  for (const each of history.states)
    if (each.control === name && each.at <= at && each.at >= (latest?.at ?? 0)) latest = each;
  if (open || latest?.state === 'fail') return 'fail';
  return latest?.state === 'pass' ? 'pass' : 'pending';
}

function requirementAt(history: History, id: number, at: number): ComplianceStatus | undefined {
  const now = history.required.filter((each) => each.at <= at).at(-1)?.requirements ?? [];
  const requirement = now.find(({ requirement_id }) => requirement_id === id);
  if (!requirement) return undefined;
  const all = requirement.controls.map((name) => controlAt(history, name, at));
  if (all.includes('fail')) return 'fail';
  return all.length && all.every((status) => status === 'pass') ? 'pass' : 'pending';
}

/** Since when it has been what it is at that time, going back one tick after the other. */
function since(statusAt: (at: number) => unknown, at: number): number {
  let begin = at;
  while (begin > -1 && statusAt(begin - 1) === statusAt(at)) begin--;
  return begin;
}

describe('how a project stood', () => {
  it('is at any time what its facts up to then make of it, and for as long', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const timelines = complianceTimelines(factsOf(history));
        for (let at = -1; at <= END; at++) {
          for (const [name, timeline] of timelines.controls) {
            const run = runAt(timeline, at)!;
            expect(run.status).toBe(controlAt(history, name, at));
            expect(Math.max(run.from, -1)).toBe(since((t) => controlAt(history, name, t), at));
          }
          for (const id of [1, 2, 3]) {
            const run = runAt(timelines.requirements.get(id) ?? [], at);
            expect(run?.status ?? undefined).toBe(requirementAt(history, id, at));
            if (run) expect(run.from).toBe(since((t) => requirementAt(history, id, t), at));
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not depend on the order in which facts become known, but for states of the same time', () => {
    const orders = fc.array(fc.nat(), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(histories, orders, (history, order) => {
        const shuffled = {
          ...history,
          states: shuffle(history.states, order, ({ control, at }) => `${control} ${at}`),
          violations: shuffle(history.violations, order, () => undefined),
        };
        expect(complianceTimelines(factsOf(shuffled))).toEqual(complianceTimelines(factsOf(history)));
      }),
    );
  });

  it('has no run without a length, and no two alike in a row', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const { controls, requirements: all } = complianceTimelines(factsOf(history));
        for (const timeline of [...controls.values(), ...all.values()])
          for (const [i, { from, status }] of timeline.slice(1).entries()) {
            expect(from).toBeGreaterThan(timeline[i]!.from);
            expect(status).not.toBe(timeline[i]!.status);
          }
      }),
    );
  });
});

/** Another order, but for elements that have the same key. */
function shuffle<T>(list: readonly T[], order: readonly number[], key: (each: T) => string | undefined): T[] {
  const result = [...list].map((each, i) => ({ each, rank: order[i % order.length]! }));
  result.sort((a, b) => a.rank - b.rank);
  const queues = new Map<string, T[]>();
  for (const each of list) {
    const name = key(each);
    if (name !== undefined) queues.set(name, [...(queues.get(name) ?? []), each]);
  }
  return result.map(({ each }) => queues.get(key(each) ?? '')?.shift() ?? each);
}
