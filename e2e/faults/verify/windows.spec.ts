import { eventId, type AuditEvent, type Closure } from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SeededRandom } from '../plan/seeded-random.ts';
import { someEvent } from '../plan/event-shape.ts';
import { Findings } from './findings.ts';
import { checkWindow, type ExpectedWindow } from './windows.ts';

const HEADER = 0;
const { event: sample } = someEvent(new SeededRandom(1), 'spec', 'header');
const { occurred_at } = sample;
const id = eventId(occurred_at, 'spec', 'k');

const windowOf = (expected: number, sent: number[]): ExpectedWindow => ({
  key: 'k',
  type: 'member_added',
  source: 'spec',
  occurred_at,
  expected,
  members: new Map(sent.filter((o) => o !== HEADER).map((o) => [o, `p${o}`])),
  header: sent.includes(HEADER) ? () => undefined : undefined,
});

/** What a consolidator emits that closed its window after each of these parts. */
function emitted(expected: number, parts: number[][]): { events: AuditEvent[]; closure: Closure } {
  const seen = new Set<number>();
  const events = parts.map((part, number): AuditEvent => {
    for (const ordinal of part) seen.add(ordinal);
    const members = part.filter((ordinal) => ordinal !== HEADER).sort((a, b) => a - b);
    const missing = expected - [...seen].filter((ordinal) => ordinal !== HEADER).length;
    return {
      ...sample,
      id: number ? `${id}-${number}` : id,
      type: number ? 'audit_event_amended' : 'member_added',
      attributes: part.includes(HEADER) ? '{}' : null,
      consolidation: {
        key: 'k',
        affected_projects_count: expected,
        affected_projects: null,
        affected_projects_sample: members.slice(0, 10).map((ordinal) => `p${ordinal}`),
        complete: missing === 0 && seen.has(HEADER),
        missing,
        amends: number ? { id, number } : null,
      },
    };
  });
  const bits = Buffer.alloc((expected >> 3) + 1);
  for (const ordinal of seen) bits[ordinal >> 3]! |= 1 << (ordinal & 7);
  const complete = events.at(-1)!.consolidation!.complete!;
  const closure = {
    consolidation_key: 'k',
    event_id: id,
    number: parts.length - 1,
    through_offset: 9,
    unnumbered: false,
    expected,
    complete,
  };
  return { events, closure: { ...closure, seen: complete ? Buffer.alloc(0) : bits, closed_at: 0 } };
}

function judged(expected: number, sent: number[], { events, closure }: ReturnType<typeof emitted>): Findings {
  const findings = new Findings();
  checkWindow(windowOf(expected, sent), events, closure, findings);
  return findings;
}

/** A number announced, what of it was sent, and how it fell into windows. */
const history = fc
  .record({
    expected: fc.integer({ min: 0, max: 40 }),
    seed: fc.integer({ min: 0 }),
    cuts: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ expected, seed, cuts }) => {
    const random = new SeededRandom(seed);
    const all = Array.from({ length: expected + 1 }, (_, ordinal) => ordinal);
    const some = random.chance(0.5) ? all : all.filter(() => random.chance(0.7));
    const sent = random.shuffled(some.length ? some : [HEADER]);
    const parts = Array.from({ length: cuts }, (_, i) => sent.filter((_, at) => at % cuts === i)).filter(
      (p) => p.length,
    );
    return { expected, sent, parts };
  });
const amended = history.filter(({ parts }) => parts.length > 1);

describe('the check of a window', () => {
  it('finds nothing whatever the windows in which the candidates came', () => {
    fc.assert(
      fc.property(history, ({ expected, sent, parts }) => {
        expect(judged(expected, sent, emitted(expected, parts)).all).toEqual([]);
      }),
    );
  });

  it('finds that an event is not there', () => {
    fc.assert(
      fc.property(amended, fc.nat(), ({ expected, sent, parts }, at) => {
        const made = emitted(expected, parts);
        made.events.splice(at % made.events.length, 1);
        expect(judged(expected, sent, made).all).not.toEqual([]);
      }),
    );
    expect(judged(3, [0, 1], { ...emitted(3, [[0, 1]]), events: [] }).count('lost')).toBe(1);
  });

  it('finds that an event is there twice', () => {
    fc.assert(
      fc.property(history, fc.nat(), ({ expected, sent, parts }, at) => {
        const made = emitted(expected, parts);
        made.events.push(made.events[at % made.events.length]!);
        expect(judged(expected, sent, made).count('doubled')).toBeGreaterThan(0);
      }),
    );
  });

  it('finds that a candidate was sent and not counted', () => {
    fc.assert(
      fc.property(history, ({ expected, sent, parts }) => {
        const never = Array.from({ length: expected + 1 }, (_, o) => o).find((o) => !sent.includes(o));
        fc.pre(never !== undefined);
        expect(judged(expected, [...sent, never!], emitted(expected, parts)).count('lost')).toBeGreaterThan(
          0,
        );
      }),
    );
  });

  it('finds that more is counted than was sent', () => {
    const findings = judged(4, [0, 1, 2], emitted(4, [[0, 1, 2], [3]]));
    expect(findings.count('doubled')).toBe(1);
    expect(judged(1, [1], emitted(1, [[0, 1]])).count('wrong')).toBeGreaterThan(0);
  });

  it('finds that a closure forgot an ordinal', () => {
    const made = emitted(9, [[0, 1, 2, 3]]);
    made.closure.seen = Buffer.from([0b0000_0111, 0]);
    expect(judged(9, [0, 1, 2, 3], made).all).toMatchObject([
      { kind: 'wrong', what: expect.stringContaining('closure') },
    ]);
  });

  it('asks the header whether its details are right', () => {
    const findings = new Findings();
    const { events, closure } = emitted(0, [[0]]);
    checkWindow({ ...windowOf(0, [0]), header: () => 'It is another one.' }, events, closure, findings);
    expect(findings.all).toMatchObject([{ kind: 'wrong', what: 'It is another one.' }]);
  });
});
