import { ownControls, type SetProblem } from '@auditmesh/controls';
import { Catalog, type UserControl } from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import { ControlSets } from './control-sets.js';

const definition = (name: string, expression: string) => `name: ${name}
title: Another one
description: What users ask for.
evaluated: events
triggers: [member_added]
expression: ${expression}
severity: low
`;
const own = (name: string, expression = 'event.outcome == "success"'): UserControl => ({
  ...{ namespace_id: 1, name, definition: definition(name, expression) },
});
const always = { from: -Infinity, until: Infinity };

function setsOf(): { sets: ControlSets; leftOut: SetProblem[] } {
  const leftOut: SetProblem[] = [];
  const sets = new ControlSets(new Catalog(), ownControls(), [], false, (problem) => leftOut.push(problem));
  return { sets, leftOut };
}

describe('the controls of a tenant', () => {
  it('are those of all, and its own', () => {
    const { sets, leftOut } = setsOf();
    const set = sets.with({ ...always, controls: [own('mine')] });
    expect(set.triggeredBy('member_added').map(({ name }) => name)).toEqual(['mine']);
    expect(set.get('minimum_approvals_required_2')).toBeDefined();
    expect(sets.with({ ...always, controls: [] }).get('mine')).toBeUndefined();
    expect(leftOut).toEqual([]);
  });

  it('are worked out once for the same definitions', () => {
    const { sets } = setsOf();
    expect(sets.with({ ...always, controls: [own('mine')] })).toBe(
      sets.with({ ...always, controls: [own('mine')] }),
    );
  });

  it('leave out one that does not load, and tell where and why', () => {
    const { sets, leftOut } = setsOf();
    const set = sets.with({ ...always, controls: [own('bad', 'event.outcom == "x"'), own('good')] });
    expect([set.get('bad'), set.get('good')?.name]).toEqual([undefined, 'good']);
    expect(leftOut).toEqual([
      { control: 'bad', message: expect.stringMatching(/^6:.*"outcome" may be meant/) },
    ]);
  });

  it('leave out one that has a name of ours', () => {
    const { sets, leftOut } = setsOf();
    const set = sets.with({ ...always, controls: [own('minimum_approvals_required_2')] });
    expect(set.get('minimum_approvals_required_2')?.title).not.toBe('Another one');
    expect(leftOut.map(({ control }) => control)).toEqual(['minimum_approvals_required_2']);
  });
});
