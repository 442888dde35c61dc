import { type AuditEvent, idsOfList, logKey } from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import { Engine, eventAt, framework, namespace, project, usual } from '../../../test/engine.js';

const scope = { type: 'group', id: '2', path: 'n1/n2', root_namespace_id: '1' };
const groupEvent = (n: number, seconds: number, rest: Partial<AuditEvent> = {}) =>
  eventAt(n, seconds, 'denied', { scope, ...rest });
const some = Array.from({ length: 10 }, (_, n) => 20 + n);

/** Ten projects in a group, five more beside it; a framework asks for `act` of the tenant. */
const tenant = (shards: number) => [
  ...[namespace(1, null, shards), namespace(2, 1), ...some.map((id) => project(id, 2))],
  ...[30, 31, 32, 33, 34].map((id) => project(id, 1)),
  framework(5, ['act'], { groups: [1] }),
];

/** Every task of a tenant does what the first asks of it. */
function judgedBy(engine: Engine): string[] {
  for (const { key, value } of engine.commands.splice(0)) engine.ask(60, value, key);
  return engine.changes.flatMap(({ project_id, detection }) => (detection ? String(project_id) : [])).sort();
}

describe('an event of a group', () => {
  it.each([1, 4])(
    'is evaluated for each of its projects, in the logs of these, of which there are %d',
    (shards) => {
      const engine = new Engine(tenant(shards)).happen([groupEvent(1, 10)]);
      const logs = new Set(some.map((id) => logKey('1', shards, String(id))));
      expect(engine.commands.map(({ key }) => key).sort()).toEqual([...logs].sort());
      expect(judgedBy(engine)).toEqual(some.map(String));
      const [change] = engine.changes.filter(({ project_id, detection }) => detection && project_id === 25);
      expect(change).toMatchObject({
        tenant: '1',
        detection: { audit_event_log: '1.0', project_path: 'n2/p25' },
      });
    },
  );

  it('is told of as one event for each control, which names all projects that fail', () => {
    const engine = new Engine(tenant(4)).happen([groupEvent(1, 10)]);
    judgedBy(engine);
    expect(engine.events).toEqual([]);
    const [header, ...members] = engine.candidates.map(({ value }) => value);
    expect(header).toMatchObject({
      ...{ ordinal: 0, expected: 10, log: '1.0', type: 'compliance_control_status_fail', scope },
      event: { message: 'The control "act" is fail for 10 projects of n1/n2', outcome: 'failure' },
    });
    expect([...idsOfList(header!.event!.contents[0]!.text)]).toEqual(some);
    expect(members.map(({ ordinal, project_id }) => [ordinal, project_id])).toEqual(
      some.map((id, n) => [n + 1, id]),
    );
    expect(new Set(engine.candidates.map(({ key }) => key)).size).toBe(1);
  });

  it('may have more projects than a call takes arguments', () => {
    const many = Array.from({ length: 150_000 }, (_, n) => 1_000 + n);
    const projects = many.map((id) => project(id, 2));
    const engine = new Engine([
      namespace(1, null),
      namespace(2, 1),
      ...projects,
      framework(5, ['act'], { groups: [1] }),
    ]);
    engine.happen([groupEvent(1, 10)]);
    expect(engine.candidates).toHaveLength(1 + many.length);
  }, 60_000);

  it('gives the same when it comes again, and when its evaluation does', () => {
    const engine = new Engine(tenant(1)).happen([groupEvent(1, 10)]);
    const [first] = engine.commands;
    const candidates = engine.candidates.splice(0);
    judgedBy(engine);
    engine.happen([groupEvent(1, 10)]);
    expect([engine.commands, engine.candidates]).toEqual([[first], candidates]);
    expect(judgedBy(engine)).toHaveLength(10);
  });

  it('is evaluated for the projects that the group had when it happened', () => {
    const engine = new Engine(tenant(1));
    engine.directoryAt(20, project(20, 1));
    engine.directoryAt(20, project(30, 2));
    expect(judgedBy(engine.happen([groupEvent(1, 10)], 30))).toEqual(some.map(String));
    expect(judgedBy(engine.happen([groupEvent(2, 25)], 30)).slice(-10)).toContain('30');
  });

  it('asks for nothing where nothing is required, and is counted where the group is unknown', () => {
    const engine = new Engine(usual).happen([groupEvent(1, 10)]);
    expect([engine.commands, engine.counted.unknown]).toEqual([[], 1]);
    const other = { ...scope, id: '1' };
    expect(
      new Engine(usual).happen([groupEvent(1, 10, { scope: other, type: 'member_removed' })]).commands,
    ).toEqual([]);
  });

  it('makes a control fail for all that comes after it', () => {
    const engine = new Engine(tenant(1)).happen([groupEvent(1, 10)]);
    judgedBy(engine);
    const ofProject = { type: 'project', id: '25', path: null, root_namespace_id: '1' };
    engine.happen([eventAt(2, 11, 'denied', { scope: ofProject })]);
    expect(engine.told).toEqual([]);
  });
});
