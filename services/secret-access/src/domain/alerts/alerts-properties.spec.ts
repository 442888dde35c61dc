import { describe, expect, it } from '@jest/globals';
import type { AlertInput, AlertState } from '@auditmesh/events';
import { sampleRules, sampleUse } from '@auditmesh/testing';
import fc from 'fast-check';
import { Alerts } from './alerts.js';

const rules = sampleRules({
  many: 'kind: count\nby: identity\nthreshold: 4\nwindow: 20s\n',
  hot: 'kind: count\nby: secret\nthreshold: 6\nwindow: 1m\nfilter: {access_types: [read]}\n',
  tries: 'kind: denied_burst\nby: ip\nthreshold: 2\nwindow: 30s\n',
  places: 'kind: first_seen_ip\nremember: 1d\nlearning: 30s\n',
  late: 'kind: off_hours\nby: identity\ntime_zone: Asia/Tokyo\nweekdays: [fri]\nhours: 09:00-19:02\n',
});
/** Few subjects, so that some are evicted. */
const MOST_SUBJECTS = 3;

const step = fc.record({
  wait: fc.oneof(
    { weight: 5, arbitrary: fc.nat(3) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 4_000 }) },
  ),
  late: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(90) }),
  tenant: fc.constantFrom('1', '2'),
  actor_id: fc.constantFrom('a', 'b', 'c', 'd', 'e', null),
  secret_id: fc.constantFrom('x', 'y'),
  access_type: fc.constantFrom('read', 'write'),
  outcome: fc.constantFrom('success', 'denied'),
  ip: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', null),
});
/** Uses in the order in which they were appended. */
const sequence = fc.array(step, { maxLength: 80 }).map((steps) => {
  let now = 0;
  return steps.map(({ wait, late, ...use }, i): AlertInput => {
    now += wait;
    const { appended_at } = sampleUse(now);
    return { ...sampleUse(now - late), ...use, appended_at, event_id: String(i) };
  });
});

/** Alerts evaluated as a task does, batch after batch, its changelog beside it. */
class Run {
  readonly told: string[] = [];
  private readonly changelog = new Map<string, AlertState>();
  private alerts!: Alerts;

  constructor() {
    this.restart();
  }

  restart(): void {
    this.alerts = new Alerts(MOST_SUBJECTS);
    // What is written must be enough, so it is not the same object.
    this.alerts.restore(structuredClone([...this.changelog.values()]));
    this.alerts.useRules(rules, 0);
  }

  batch(uses: [AlertInput, number][]): void {
    for (const [use, offset] of uses) this.alerts.add(use, offset);
    this.settle();
  }

  tick(now: number): void {
    this.alerts.advance(now);
    this.settle();
  }

  private settle(): void {
    const { events, states } = this.alerts.drain();
    this.told.push(...events.map(({ event }) => JSON.stringify(event)));
    for (const { key, value } of structuredClone(states)) {
      if (value) this.changelog.set(key, value);
      else this.changelog.delete(key);
    }
  }
}

const END = sampleUse(40_000_000).appended_at / 1000;
const numbered = (uses: AlertInput[]): [AlertInput, number][] => uses.map((use, i) => [use, i]);

function atOnce(uses: AlertInput[]): string[] {
  const run = new Run();
  run.batch(numbered(uses));
  run.tick(END);
  return run.told;
}

/** With a restart after each. */
function oneByOne(uses: AlertInput[]): string[] {
  const run = new Run();
  for (const use of numbered(uses)) {
    run.batch([use]);
    run.restart();
  }
  run.tick(END);
  return run.told;
}

describe('any uses of secrets', () => {
  it('lead to the same alerts however they are split into batches, with restarts and ticks between them', () => {
    fc.assert(
      fc.property(
        sequence,
        fc.infiniteStream(fc.constantFrom('go on', 'batch', 'tick', 'restart')),
        (uses, choices) => {
          const run = new Run();
          const batch: [AlertInput, number][] = [];
          for (const [use, offset] of numbered(uses)) {
            batch.push([use, offset]);
            const choice = choices.next().value;
            if (choice === 'go on') continue;
            run.batch(batch.splice(0));
            if (choice === 'tick')
              run.tick(Math.max(...uses.slice(0, offset + 1).map((u) => u.appended_at)) / 1000);
            if (choice === 'restart') run.restart();
          }
          run.batch(batch);
          run.tick(END);
          expect(run.told.toSorted()).toEqual(atOnce(uses).toSorted());
        },
      ),
    );
  });

  it('lead to the same alerts if some are repeated, after a restart too', () => {
    fc.assert(
      fc.property(sequence, fc.infiniteStream(fc.nat(20)), (uses, back) => {
        const repeated = uses.flatMap((use, i) => {
          const earlier = uses[i - back.next().value!];
          const again = { ...earlier!, appended_at: use.appended_at };
          return earlier && use.appended_at - earlier.appended_at < 3_600_000_000 ? [use, again] : [use];
        });
        expect(oneByOne(repeated).toSorted()).toEqual(atOnce(uses).toSorted());
      }),
    );
  });

  it('lead to alerts that are raised and cleared in turn, each by an id of its own', () => {
    fc.assert(
      fc.property(sequence, (uses) => {
        const raised = new Map<string, string>();
        const ids = new Set<string>();
        for (const text of atOnce(uses)) {
          const { id, type, scope, alert } = JSON.parse(text);
          const about = JSON.stringify([scope.id, alert.rule, alert.subject]);
          expect(raised.get(about)).toBe(alert.raised_event_id ?? undefined);
          if (type === 'secret_access_alert_raised') raised.set(about, id);
          else raised.delete(about);
          expect(ids.has(id)).toBe(false);
          ids.add(id);
        }
        expect(raised.size).toBe(0);
      }),
    );
  });
});
