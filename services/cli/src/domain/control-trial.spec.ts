import { describe, expect, it } from '@jest/globals';
import { type EventFacts, ownControls } from '@auditmesh/controls';
import { projectIdOf, projectOf, type Trial, tryOnEvent, tryOnProject, worst } from './control-trial.js';

const control = (name: string) => ownControls().find((each) => each.name === name)!;
const merge = {
  type: 'merge_request_merged',
  id: 'x',
  details: { approvers: ['ann'] },
} as unknown as EventFacts;

describe('a control that is tried', () => {
  it('answers on an event that triggers it, with what it read', () => {
    const two = control('minimum_approvals_required_2');
    expect(tryOnEvent(two, ['merge_request_merged'], merge, null)).toEqual({
      of: 'merge_request_merged x',
      result: 'fail',
      reason: null,
      values: { 'event.details.approvers': ['ann'] },
    });
    expect(tryOnEvent(two, ['secret_read'], merge, null).result).toBe('not_triggered');
  });

  it('answers on the settings of a project of a directory file', () => {
    const project = projectOf({
      id: 70,
      path: 'acme/a',
      namespace: 1,
      settings: { force_push_disabled: true },
    })!;
    expect(tryOnProject(control('force_push_disabled'), project)).toMatchObject({
      of: 'acme/a',
      result: 'pass',
    });
    expect(tryOnProject(control('push_protection_enabled'), project)).toMatchObject({
      result: 'indeterminate',
      reason: 'project.settings.push_protection_enabled is missing.',
    });
    expect(projectOf({ id: '70', path: 'acme/a', namespace: 1 })).toBeUndefined();
  });

  it('knows the project that an event belongs to', () => {
    const scoped = (type: string, id: string | null) => ({ ...merge, scope: { type, id } }) as EventFacts;
    expect(projectIdOf(scoped('project', '70'))).toBe(70);
    expect(projectIdOf(scoped('group', '70'))).toBeNull();
    expect(projectIdOf(scoped('project', null))).toBeNull();
    expect(projectIdOf(merge)).toBeNull();
  });

  it('gives a failure before what has no answer, and that before a pass', () => {
    const trials = (...results: Trial['result'][]) => results.map((result) => ({ result }) as Trial);
    expect(worst(trials('pass', 'indeterminate', 'fail'))).toBe('fail');
    expect(worst(trials('pass', 'not_triggered', 'indeterminate'))).toBe('indeterminate');
    expect(worst(trials('not_triggered', 'pass'))).toBe('pass');
    expect(worst(trials('not_triggered'))).toBe('not_triggered');
  });
});
