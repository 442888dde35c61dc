import type { AuditEvent } from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Engine, eventAt, framework, namespace, project, usual } from '../../../test/engine.js';

const LAST = 40;
const projects = [7, 8, 9];
const scopeOf = (id: number) => ({ type: 'project', id: String(id), path: null, root_namespace_id: '1' });

/** Events of some projects, appended after all that is in the directory. */
const events = fc
  .array(
    fc.record({
      seconds: fc.integer({ min: 0, max: LAST }),
      outcome: fc.constantFrom('success', 'denied'),
      of: fc.constantFrom(...projects),
      type: fc.constantFrom('member_added', 'member_removed'),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((list) =>
    list.map(({ seconds, outcome, of, type }, n) =>
      eventAt(n, seconds, outcome, { type, scope: scopeOf(of) }),
    ),
  );

/** Frameworks that come, change and go. */
const changes = fc.array(
  fc.record({
    seconds: fc.integer({ min: 1, max: LAST }),
    id: fc.constantFrom(5, 6),
    names: fc.subarray(['act', 'mend', 'spare']),
    of: fc.subarray(projects),
    byDefault: fc.boolean(),
  }),
  { maxLength: 10 },
);
type Changes = typeof changes extends fc.Arbitrary<infer T> ? T : never;

/** The same events in another order, some of them again, and cut into batches. */
const disordered = (all: AuditEvent[]) =>
  fc.tuple(
    fc.shuffledSubarray(all, { minLength: all.length }),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...all)), { maxLength: 10 }),
    fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 30 }),
    fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
  );

function engineWith(list: Changes): Engine {
  const engine = new Engine([...usual, project(8, 1), project(9, 1)]);
  for (const { seconds, id, names, of, byDefault } of list.toSorted((a, b) => a.seconds - b.seconds))
    engine.directoryAt(seconds, framework(id, names, { projects: of, by_default: byDefault }));
  return engine;
}

/** What was detected, with all that is said of it. */
const found = ({ changes: told }: Engine) =>
  told.flatMap((change) => (change.detection ? [JSON.stringify(change)] : [])).sort();

describe('the violations that events make', () => {
  it('are the same for any order, duplication and batching of the events, and any restarts', async () => {
    await fc.assert(
      fc.asyncProperty(
        changes,
        events.chain((all) => fc.tuple(fc.constant(all), disordered(all))),
        async (list, [all, [shuffled, again, cuts, restarts]]) => {
          const expected = engineWith(list).happen(all, 2 * LAST);
          const engine = engineWith(list);
          const stream = [...shuffled];
          for (const [at, event] of again) stream.splice(at % (stream.length + 1), 0, event);
          for (let n = 0; stream.length; n++) {
            engine.happen(stream.splice(0, cuts[n % cuts.length]), 2 * LAST);
            if (restarts[n % restarts.length]) await engine.restart();
          }
          expect(found(engine)).toEqual(found(expected));
          expect(new Set(engine.violationIds).size).toBe(engine.violationIds.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are those that each event makes by itself, by the frameworks of its time', () => {
    fc.assert(
      fc.property(changes, events, (list, all) => {
        const alone = all.flatMap((event) => found(engineWith(list).happen([event], 2 * LAST)));
        expect(found(engineWith(list).happen(all, 2 * LAST))).toEqual(alone.sort());
      }),
      { numRuns: 200 },
    );
  });

  it('leave open exactly those that no transition has closed', () => {
    fc.assert(
      fc.property(changes, events, (list, all) => {
        const engine = engineWith(list).happen(all, 2 * LAST);
        const open = new Set(engine.violationIds);
        for (const { transition } of engine.changes) if (transition) open.delete(transition.violation_id);
        expect(engine.task.remembered.open).toBe(open.size);
      }),
      { numRuns: 200 },
    );
  });
});

/** Of project 7, over some hours, so that answers come in the same hour and in others. */
const evaluated = fc.record({
  minutes: fc.integer({ min: 0, max: 300 }),
  type: fc.constantFrom('member_added', 'merge_request_merged'),
  outcome: fc.constantFrom('success', 'denied'),
  approvers: fc.constantFrom(['ben', 'cem'], ['ben'], null),
});
/** What somebody makes of one of the violations that there are, as far as it can become that. */
const asked = fc.record({
  minutes: fc.integer({ min: 0, max: 300 }),
  of: fc.nat(),
  to: fc.constantFrom('in_review', 'resolved', 'dismissed', 'detected'),
});

/** What came to be known of controls and violations, in any order. */
const known = ({ changes: told, events: trail }: Engine) =>
  [...told, ...trail].map((each) => JSON.stringify(each)).sort();

describe('what the engine tells', () => {
  it('is the same with restarts and without, whatever comes late or again', async () => {
    const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
    process.stdout.write(`Restarts by chance: FUZZ_SEED=${seed}\n`);
    const steps = fc.array(fc.tuple(fc.oneof({ weight: 4, arbitrary: evaluated }, asked), fc.boolean()), {
      minLength: 3,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const [restarted, lasting] = [engineForHours(), engineForHours()];
        for (const [n, [step, restarts]] of list.entries()) {
          if (restarts) await restarted.restart();
          for (const engine of [restarted, lasting]) {
            if ('to' in step) askFor(engine, step);
            else engine.happen([evaluatedEvent(n, step)], 60 * 301);
          }
        }
        expect(known(restarted)).toEqual(known(lasting));
      }),
      { numRuns: 1_000, seed },
    );
  });
});

function engineForHours(): Engine {
  const names = ['act', 'mend', 'odd', 'minimum_approvals_required_2'];
  return new Engine([namespace(1, null), project(7, 1), framework(5, names, { projects: [7] })]);
}

function askFor(engine: Engine, { minutes, of, to }: typeof asked extends fc.Arbitrary<infer T> ? T : never) {
  const ids = engine.violationIds;
  if (ids.length) engine.become(60 * minutes, ids[of % ids.length]!, to, 'so it is');
}

function evaluatedEvent(
  n: number,
  { minutes, type, outcome, approvers }: typeof evaluated extends fc.Arbitrary<infer T> ? T : never,
): AuditEvent {
  const attributes = approvers && JSON.stringify({ approvers });
  return eventAt(n % 20, 60 * minutes, outcome, { type, attributes });
}
