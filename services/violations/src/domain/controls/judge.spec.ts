import { describe, expect, it } from '@jest/globals';
import { Engine, eventAt, framework, micros, namespace, project, usual } from '../../../test/engine.js';

const only = (...names: string[]) => [...usual.slice(0, 2), framework(5, names, { projects: [7] })];

describe('an event that breaks a control', () => {
  it('gives a violation with what was asked, what was found and why it was required', () => {
    const engine = new Engine().happen([eventAt(1, 10)]);
    const { detection, ...change } = engine.changes.find(({ control }) => control === 'act')!;
    expect(change).toMatchObject({ tenant: '1', project_id: 7, at: micros(10), actor: { name: 'Ann' } });
    expect(detection).toMatchObject({
      audit_event_id: eventAt(1, 10).id,
      audit_event_type: 'member_added',
      audit_event_log: '1.0',
      project_path: 'n1/p7',
      severity: 'high',
      expression: 'event.outcome == "success"',
      requirements: [{ framework_id: 5, framework_name: 'F5', requirement_id: 50, requirement_name: 'R5' }],
    });
    expect(JSON.parse(detection!.values)).toEqual({ 'event.outcome': 'denied' });
  });

  it('gives one for each control that is required, and none for others', () => {
    expect(new Engine().happen([eventAt(1, 10)]).detected).toEqual(['act@10', 'mend@10']);
  });

  it('gives it once, however often it comes, also after a restart', async () => {
    const engine = new Engine().happen([eventAt(1, 10), eventAt(1, 10)]).happen([eventAt(1, 10)], 20);
    await engine.restart();
    expect(engine.happen([eventAt(1, 10)]).detected).toEqual(['act@10', 'mend@10']);
  });

  it('gives none if it comes from the mesh itself', () => {
    const silent = ['compliance', 'violation_detection', 'administration'];
    const events = silent.map((category, n) => eventAt(n, 10, 'denied', { category }));
    expect(new Engine().happen(events).counted.fail).toBe(0);
  });

  it('gives none, and is counted, if the directory did not have its project', () => {
    const scope = { type: 'project', id: '8', path: null, root_namespace_id: '1' };
    const engine = new Engine().happen([eventAt(1, 10, 'denied', { scope })]);
    expect([engine.detected, engine.counted.unknown]).toEqual([[], 1]);
  });
});

describe('the time by which an event is judged', () => {
  it('is its own: a framework assigned later asks nothing of it', () => {
    const engine = new Engine(usual.slice(0, 2));
    engine.directoryAt(20, framework(5, ['act'], { projects: [7] }));
    expect(engine.happen([eventAt(1, 19), eventAt(2, 20)], 30).detected).toEqual(['act@20']);
  });

  it('is its own, also when it comes late and the framework asks no more', () => {
    const engine = new Engine();
    engine.directoryAt(20, framework(5, ['spare'], { projects: [7] }));
    expect(engine.happen([eventAt(1, 25), eventAt(2, 15)], 30).detected).toEqual([
      ...['spare@25', 'act@15', 'mend@15'],
    ]);
  });

  it('is not later than it was appended, whatever it says itself', () => {
    const engine = new Engine(usual.slice(0, 2));
    engine.directoryAt(20, framework(5, ['act'], { projects: [7] }));
    expect(engine.happen([eventAt(1, 900)], 19).detected).toEqual([]);
    expect(engine.happen([eventAt(2, 900)], 21).detected).toEqual(['act@21']);
  });
});

describe('the state of a control', () => {
  const unknowable = (n: number, seconds: number) => eventAt(n, seconds, 'success', { attributes: null });
  const needy = () => new Engine(only('minimum_approvals_required_2'));
  const merge = (n: number, seconds: number, details: object | null) =>
    eventAt(n, seconds, 'success', {
      type: 'merge_request_merged',
      attributes: details && JSON.stringify(details),
    });
  const two = { approvers: ['ben', 'cem'] };

  it('is told when it changes, and not again', () => {
    const engine = needy().happen([
      merge(1, 10, two),
      merge(2, 11, two),
      merge(3, 12, null),
      merge(4, 13, two),
    ]);
    expect(engine.controlStates).toEqual([
      'minimum_approvals_required_2 pass@10',
      'minimum_approvals_required_2 indeterminate@12',
      'minimum_approvals_required_2 pass@13',
    ]);
    expect(engine.changes[1]!.control_state).toMatchObject({ reason: 'event.details.approvers is missing.' });
    expect(engine.counted).toMatchObject({ pass: 3, indeterminate: 1, fail: 0 });
  });

  it('begins earlier when an event comes late that is before all others, and stays as it is for one in between', () => {
    const engine = needy().happen([merge(1, 10, two), merge(2, 7_300, two)]);
    engine.happen([merge(3, 15, null), merge(4, 5, null)], 20_000);
    expect(engine.controlStates).toEqual([
      'minimum_approvals_required_2 pass@10',
      'minimum_approvals_required_2 indeterminate@5',
    ]);
  });

  it('is that of the newest event after a restart too, if that is of a later hour or has no answer', async () => {
    const engine = needy()
      .happen([merge(1, 10, two)])
      .happen([merge(2, 7_300, two)]);
    await engine.restart();
    engine.happen([merge(3, 7_199, null)], 20_000);
    expect(engine.controlStates).toEqual(['minimum_approvals_required_2 pass@10']);
    engine.happen([merge(4, 7_400, null)]).happen([merge(5, 7_500, null)]);
    await engine.restart();
    engine.happen([merge(6, 7_499, two)], 20_000);
    expect(engine.controlStates.slice(1)).toEqual(['minimum_approvals_required_2 indeterminate@7400']);
  });

  it('is in doubt until the next event if one without an answer comes late by less than an hour', () => {
    const engine = needy().happen([merge(1, 10, two), merge(2, 7_300, two)]);
    engine.happen([merge(3, 7_250, null), merge(4, 7_400, two)], 20_000);
    expect(engine.controlStates.slice(1)).toEqual([
      'minimum_approvals_required_2 indeterminate@7250',
      'minimum_approvals_required_2 pass@7400',
    ]);
  });

  it('has an answer where it fails, and the answer is the violation', () => {
    const engine = new Engine(only('act')).happen([eventAt(1, 10), unknowable(2, 11)]);
    expect(engine.controlStates).toEqual(['act pass@10']);
  });

  it('is told as an audit event when it becomes fail, and when it passes again', () => {
    const engine = new Engine(only('mend'));
    engine.happen([eventAt(1, 9, 'success'), eventAt(2, 10), eventAt(3, 11), eventAt(4, 12, 'success')]);
    expect(engine.told.filter((each) => !each.startsWith('update'))).toEqual([
      'compliance_control_status_fail mend',
      'compliance_control_status_pass mend',
    ]);
    expect(engine.events[0]).toMatchObject({
      category: 'compliance',
      outcome: 'failure',
      message: 'The control "mend" of n1/p7 is fail',
    });
  });
});

describe('a control that says when its violations are resolved', () => {
  const mend = () => new Engine(only('mend'));

  it('resolves all that are open when it is so', () => {
    const engine = mend().happen([eventAt(1, 10), eventAt(2, 11), eventAt(3, 12, 'success')]);
    expect(engine.transitions).toEqual([
      'mend detected > resolved by itself@12',
      'mend detected > resolved by itself@12',
    ]);
    expect(engine.changes.at(-1)!.transition!.reason).toContain(eventAt(3, 12).id);
    expect(engine.task.remembered.open).toBe(0);
  });

  it('resolves none that happened after it was so', () => {
    const engine = mend().happen([eventAt(1, 10), eventAt(2, 9, 'success')], 20);
    expect(engine.transitions).toEqual([]);
    expect(engine.happen([eventAt(3, 10, 'success')], 20).transitions).toHaveLength(1);
  });

  it('resolves none that somebody opened again later, when it comes again', () => {
    const engine = mend().happen([eventAt(1, 10), eventAt(2, 12, 'success')]);
    engine.become(13, engine.violationIds[0]!, 'detected');
    engine.happen([eventAt(2, 12, 'success')], 20);
    expect(engine.transitions.slice(1)).toEqual(['mend resolved > detected@13']);
    expect(engine.happen([eventAt(3, 14, 'success')]).transitions).toHaveLength(3);
  });

  it('resolves them also after a restart', async () => {
    const engine = mend().happen([eventAt(1, 10)]);
    await engine.restart();
    engine.happen([eventAt(2, 11, 'success')]);
    expect([engine.transitions, engine.told.at(-1)]).toEqual([
      ['mend detected > resolved by itself@11'],
      'compliance_control_status_pass mend',
    ]);
  });

  it('is not resolved by the event that broke it, however often that comes', () => {
    const engine = new Engine(only('odd')).happen([eventAt(1, 10), eventAt(1, 10)]);
    expect([engine.detected, engine.transitions]).toEqual([['odd@10'], []]);
    expect(engine.happen([eventAt(2, 11)]).transitions).toHaveLength(1);
  });

  it('gives another violation when it fails again', () => {
    const engine = mend().happen([eventAt(1, 10), eventAt(2, 11, 'success'), eventAt(3, 12)]);
    expect(engine.detected).toEqual(['mend@10', 'mend@12']);
  });

  it('opens again what somebody resolved and is not, once', () => {
    const engine = mend().happen([eventAt(1, 10)]);
    engine.become(11, engine.violationIds[0]!, 'resolved', 'done');
    engine.happen([eventAt(2, 12), eventAt(2, 12)]).happen([eventAt(2, 12)], 20);
    expect([engine.detected, engine.transitions]).toEqual([
      ['mend@10'],
      ['mend detected > resolved@11', 'mend resolved > detected by itself@12'],
    ]);
  });

  it('remembers after a restart which event opened what again', async () => {
    const engine = mend().happen([eventAt(1, 10)]);
    engine.become(11, engine.violationIds[0]!, 'resolved');
    await engine.restart();
    engine.happen([eventAt(2, 12)]);
    await engine.restart();
    engine.happen([eventAt(2, 12)]);
    expect([engine.detected, engine.transitions.length]).toEqual([['mend@10'], 2]);
  });

  it('gives another violation after a pass has confirmed what somebody resolved', () => {
    const engine = mend().happen([eventAt(1, 10)]);
    engine.become(11, engine.violationIds[0]!, 'resolved');
    expect(engine.happen([eventAt(2, 12, 'success'), eventAt(3, 13)]).detected).toEqual([
      'mend@10',
      'mend@13',
    ]);
  });

  it('opens nothing again that was dismissed, nor for an act, nor for what happened before it was resolved', () => {
    const dismissed = mend().happen([eventAt(1, 10)]);
    dismissed.become(11, dismissed.violationIds[0]!, 'dismissed', 'a test');
    expect(dismissed.happen([eventAt(2, 12)]).detected).toHaveLength(2);
    const act = new Engine(only('act')).happen([eventAt(1, 10)]);
    act.become(11, act.violationIds[0]!, 'resolved');
    expect(act.happen([eventAt(2, 12)]).detected).toHaveLength(2);
    const late = mend().happen([eventAt(1, 10)]);
    late.become(12, late.violationIds[0]!, 'resolved');
    expect(late.happen([eventAt(2, 11)], 20).detected).toHaveLength(2);
  });
});

describe('projects of another tenant', () => {
  it('have controls of their own', () => {
    const engine = new Engine([...usual, namespace(2, null), project(8, 2)]);
    const scope = { type: 'project', id: '8', path: 'n2/p8', root_namespace_id: '2' };
    expect(engine.happen([eventAt(1, 10, 'denied', { scope })], 10, '2.0').counted.fail).toBe(0);
  });
});
