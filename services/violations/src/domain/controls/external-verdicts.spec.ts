import { describe, expect, it } from '@jest/globals';
import { plainRequirement } from '@auditmesh/events';
import fc from 'fast-check';
import { Engine, framework, micros, project, usual } from '../../../test/engine.js';

const external = { id: 9, name: 'Board', url: 'https://board.example', ping_enabled: true, timeout_s: 30 };
const requirements = [{ ...plainRequirement, id: 50, name: 'R', external_controls: [external] }];
const board = framework(5, [], { projects: [7], requirements });
const engineOf = () => new Engine([...usual.slice(0, 2), board]);

const given = (status: 'pass' | 'fail') => ({
  verdict: { control_id: 9, status, due_at: null, renews: false },
});
const asked = (due: number, renews = false) => ({
  verdict: { control_id: 9, status: 'pending', due_at: micros(due), renews },
});
const states = ({ controlStates }: Engine) => controlStates.map((text) => text.replace('external/9 ', ''));

describe('a question to an external control', () => {
  it('fails when its time is over, as of then, and says so once', () => {
    const engine = engineOf();
    engine.ask(10, asked(40));
    engine.waitUntil(44).waitUntil(45).waitUntil(46);
    expect(states(engine)).toEqual(['pending@10', 'fail@40']);
    expect(engine.changes.at(-1)!.control_state).toMatchObject({
      state: 'fail',
      reason: 'No verdict came in time.',
    });
    expect(engine.told).toEqual([
      'pending_compliance_external_control_failed Board',
      'compliance_control_status_fail external/9',
    ]);
    expect(engine.events[0]).toMatchObject({
      occurred_at: micros(40),
      outcome: 'failure',
      scope: { id: '7', path: 'n1/p7' },
      cause: { id: 'external-control/9/7/1970-01-01T00:00:40.000000Z', topic: 'compliance.commands.v1' },
      message: 'The external control "Board" gave no verdict on n1/p7 in time',
    });
  });

  it('leaves five seconds more for a verdict that is on its way, which counts from when it came', () => {
    const engine = engineOf();
    engine.ask(10, asked(40));
    engine.waitUntil(44.9);
    engine.ask(39, given('pass'));
    expect(states(engine.waitUntil(100))).toEqual(['pending@10', 'pass@39']);
  });

  it('is answered too late all the same, which counts from then', () => {
    const engine = engineOf();
    engine.ask(10, asked(40));
    engine.waitUntil(50);
    engine.ask(60, given('pass'));
    expect(states(engine)).toEqual(['pending@10', 'fail@40', 'pass@60']);
    expect(engine.told.at(-1)).toBe('compliance_control_status_pass external/9');
  });

  it('leaves no more time because it is asked again', () => {
    const engine = engineOf();
    engine.ask(10, asked(40));
    engine.ask(30, asked(60));
    expect(states(engine.waitUntil(50))).toEqual(['pending@10', 'fail@40']);
  });

  it('does not end a fail, whatever changed', () => {
    const engine = engineOf();
    engine.ask(10, given('fail'));
    engine.ask(20, asked(50));
    expect(states(engine.waitUntil(60))).toEqual(['fail@10']);
    expect(engine.told).toEqual(['compliance_control_status_fail external/9']);
    engine.ask(61, given('pass'));
    expect(states(engine)).toEqual(['fail@10', 'pass@61']);
  });

  it('makes a pass pending if something changed, and fails a pass that is only renewed when its time is over', () => {
    const changed = engineOf();
    changed.ask(10, given('pass'));
    changed.ask(20, asked(50));
    expect(states(changed)).toEqual(['pass@10', 'pending@20']);
    const renewed = engineOf();
    renewed.ask(10, given('pass'));
    renewed.ask(20, asked(50, true));
    expect(states(renewed.waitUntil(60))).toEqual(['pass@10', 'fail@50']);
  });

  it('is forgotten if nobody requires the control any more when its time is over', () => {
    const engine = engineOf();
    engine.ask(10, asked(40));
    engine.directoryAt(39, framework(5, [], { projects: [7] }));
    expect(states(engine.waitUntil(60))).toEqual(['pending@10']);
    expect(engine.task.remembered.awaited()).toEqual([]);
  });

  it('is forgotten with its project', () => {
    const engine = engineOf();
    engine.ask(10, asked(40));
    engine.directoryAt(39, { ...project(7, 1), entry: null });
    expect(states(engine.waitUntil(60))).toEqual(['pending@10']);
  });

  it('fails after a restart too', async () => {
    const engine = engineOf();
    engine.ask(10, asked(40));
    await engine.restart();
    expect(states(engine.waitUntil(60))).toEqual(['pending@10', 'fail@40']);
    await engine.restart();
    expect(states(engine.waitUntil(70))).toEqual(['pending@10', 'fail@40']);
  });
});

describe('questions and verdicts in any order', () => {
  const step = fc.record({
    after: fc.integer({ min: 1, max: 50 }),
    what: fc.oneof(
      fc.constantFrom(given('pass'), given('fail')),
      fc.boolean().map((renews) => ({ renews })),
    ),
    restarts: fc.boolean(),
    ticks: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
  });

  it('give the same whenever time is looked at, and wherever it begins again', async () => {
    const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
    process.stdout.write(`Questions by chance: FUZZ_SEED=${seed}\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const [watched, unwatched] = [engineOf(), engineOf()];
        let now = 10;
        for (const { after, what, restarts, ticks } of steps) {
          for (const part of ticks.toSorted((a, b) => a - b)) watched.waitUntil(now + part * after);
          now += after;
          if (restarts) await watched.restart();
          const command = 'verdict' in what ? what : asked(now + 30, what.renews);
          for (const engine of [watched, unwatched]) expect(engine.ask(now, command)).toBeUndefined();
        }
        for (const engine of [watched, unwatched]) engine.waitUntil(now + 1_000);
        expect(watched.changes).toEqual(unwatched.changes);
        expect(watched.events).toEqual(unwatched.events);
        expect(watched.task.remembered.awaited()).toEqual([]);
      }),
      { numRuns: 300, seed },
    );
  });
});
