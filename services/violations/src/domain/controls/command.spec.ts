import { plainRequirement } from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import { ann, Engine, eventAt, framework, micros, namespace, project, usual } from '../../../test/engine.js';

const broken = () =>
  new Engine([...usual.slice(0, 2), framework(5, ['act'], { projects: [7] })]).happen([eventAt(1, 10)]);
const [violation] = broken().violationIds as [string];

describe('a command about a violation', () => {
  it('changes its status, and is told of as an audit event', () => {
    const engine = broken();
    engine.become(11, violation, 'in_review');
    engine.become(12, violation, 'dismissed', 'a test');
    expect(engine.transitions).toEqual(['act detected > in_review@11', 'act in_review > dismissed@12']);
    expect(engine.changes.at(-1)).toMatchObject({
      ...{
        project_id: 7,
        control: 'act',
        actor: ann,
        cause: { id: 'command-1', topic: 'compliance.commands.v1' },
      },
      transition: { violation_id: violation, number: 2, reason: 'a test' },
    });
    expect(engine.events.at(-2)).toMatchObject({
      ...{ type: 'update_project_compliance_violation', category: 'compliance', actor: ann },
      target: { type: 'compliance_violation', id: violation, name: 'act' },
      scope: { type: 'project', id: '7', path: 'n1/p7', root_namespace_id: '1' },
      message: 'Changed the violation of "act" in n1/p7 from in_review to dismissed',
    });
    expect(JSON.parse(engine.events.at(-2)!.attributes!)).toEqual({
      ...{ violation_id: violation, control: 'act', automatic: false },
      ...{ old_status: 'in_review', new_status: 'dismissed', reason: 'a test' },
    });
    expect(engine.told.at(-1)).toBe('compliance_control_status_pass act');
  });

  it('is obeyed in the log of the violation also when its project has moved to another tenant', () => {
    const engine = broken();
    engine.directoryAt(11, namespace(2, null));
    engine.directoryAt(11, project(7, 2));
    expect(engine.become(12, violation, 'resolved')).toBeUndefined();
    expect(engine.changes.at(-1)).toMatchObject({ tenant: '1', project_id: 7, transition: { number: 1 } });
    expect(engine.events.map(({ scope }) => scope.root_namespace_id)).toEqual(['1', '1', '1']);
  });

  it('never goes back in time', () => {
    const engine = broken();
    engine.become(20, violation, 'in_review');
    engine.become(15, violation, 'resolved');
    expect(engine.transitions).toEqual(['act detected > in_review@20', 'act in_review > resolved@20']);
  });

  it('opens it again, and the control fails again', () => {
    const engine = broken();
    engine.become(11, violation, 'resolved');
    engine.become(12, violation, 'detected');
    expect(engine.told.filter((each) => !each.startsWith('update'))).toEqual([
      'compliance_control_status_fail act',
      'compliance_control_status_pass act',
      'compliance_control_status_fail act',
    ]);
  });

  it('adds comments and links, counted with the transitions', () => {
    const engine = broken();
    const link = { violation_id: violation, url: 'https://example.com/1', title: null, removed: false };
    engine.become(11, violation, 'in_review');
    engine.ask(12, { comment: { violation_id: violation, text: 'x'.repeat(5_000) } });
    engine.ask(13, { link });
    expect(engine.changes.slice(-2)).toMatchObject([
      { comment: { number: 2 } },
      { link: { ...link, number: 3 } },
    ]);
    const [commented] = engine.events.slice(-2);
    expect(JSON.parse(commented!.attributes!)).toMatchObject({ comment: { size: 5_002 } });
    expect(commented!.contents).toHaveLength(1);
  });

  it('changes nothing when it comes again, also after a restart', async () => {
    const engine = broken();
    const again = { id: 'same', comment: { violation_id: violation, text: 'once' } };
    engine.ask(11, again);
    await engine.restart();
    expect(engine.ask(11, again)).toBeUndefined();
    expect(engine.changes.filter(({ comment }) => comment)).toHaveLength(1);
  });

  it('is known for as long as it can come again, and then forgotten', () => {
    const engine = broken();
    engine.ask(11, { id: 'same', comment: { violation_id: violation, text: 'once' } });
    engine.task.remembered.forgetCommands(micros(11 + 90 * 86_400) - 1);
    expect(engine.task.remembered.hasCommand('same')).toBe(true);
    engine.task.remembered.forgetCommands(micros(11 + 90 * 86_400));
    expect(engine.task.remembered.hasCommand('same')).toBe(false);
  });

  it.each([
    [
      'dismisses without a reason',
      { transition: { violation_id: violation, to: 'dismissed', reason: ' ' } },
      'reason',
    ],
    [
      'reopens what is open',
      { transition: { violation_id: violation, to: 'detected', reason: null } },
      'not detected',
    ],
    [
      'names no status',
      { transition: { violation_id: violation, to: 'gone', reason: null } },
      'no such status',
    ],
    [
      'names no violation',
      { transition: { violation_id: 'x', to: 'resolved', reason: null } },
      'no violation x',
    ],
    [
      'names another project',
      { project_id: 8, transition: { violation_id: violation, to: 'resolved', reason: null } },
      'of project 7, not of 8',
    ],
    ['says nothing', { comment: { violation_id: violation, text: ' ' } }, 'says nothing'],
    ['asks for nothing', {}, 'asks for nothing'],
    ['brings a verdict that nobody asked for', { verdict: verdict('pass') }, 'not required of project 7'],
  ])('is refused if it %s', (_, asked, why) => {
    const engine = broken();
    const before = engine.changes.length;
    expect(engine.ask(11, asked)).toContain(why);
    expect(engine.changes).toHaveLength(before);
  });
});

function verdict(status: string, due_at: number | null = null, renews = false) {
  return { control_id: 9, status, due_at, renews };
}

describe('the verdict of an external control', () => {
  const external = { id: 9, name: 'E', url: 'https://example.com', ping_enabled: true, timeout_s: 60 };
  const requirements = [{ ...plainRequirement, id: 50, name: 'R', external_controls: [external] }];
  const asked = () => new Engine([...usual.slice(0, 2), framework(5, [], { projects: [7], requirements })]);

  it('is the state of the control, and told when it becomes another', () => {
    const engine = asked();
    engine.ask(11, { verdict: verdict('fail') });
    engine.ask(12, { verdict: verdict('fail') });
    engine.ask(13, { verdict: verdict('pass') });
    expect(engine.controlStates).toEqual(['external/9 fail@11', 'external/9 pass@13']);
    expect(engine.told).toEqual([
      'compliance_control_status_fail external/9',
      'compliance_control_status_pass external/9',
    ]);
  });

  it('is awaited until it is due, and what it was before stands if nothing has changed', async () => {
    const engine = asked();
    engine.ask(11, { verdict: verdict('pending', micros(60)) });
    expect(engine.changes.at(-1)!.control_state).toMatchObject({ state: 'pending', due_at: micros(60) });
    engine.ask(12, { verdict: verdict('pass') });
    engine.ask(13, { verdict: verdict('pending', micros(90), true) });
    expect(engine.controlStates).toEqual(['external/9 pending@11', 'external/9 pass@12']);
    await engine.restart();
    expect([...engine.task.remembered.allTracks()]).toMatchObject([{ state: 'pass', dueAt: micros(90) }]);
  });

  it('is refused if it is none', () => {
    expect(asked().ask(11, { verdict: verdict('perhaps') })).toContain('not "perhaps"');
    expect(asked().ask(11, { project_id: null, verdict: verdict('pass') })).toContain('no project');
  });
});
