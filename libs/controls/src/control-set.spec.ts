import { describe, expect, it } from '@jest/globals';
import { type AuditEvent, Catalog, type EventExample, exampleEvent } from '@auditmesh/events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { compileControl, type Control } from './control.js';
import { ControlSet, vocabularyOf } from './control-set.js';
import type { ProjectFacts } from './facts.js';
import { ownControls } from './own-controls.js';

const own = ownControls();
const catalog = new Catalog();
const vocabulary = vocabularyOf(catalog, own);
const set = ControlSet.of(own, [], vocabulary);
const examples = join(import.meta.dirname, '../../../schemas/event-examples');
const ledger: ProjectFacts = {
  ...{ id: 70, path: 'acme/payments/ledger', namespace_id: 2, archived: false, personal: false },
  settings: { force_push_disabled: false },
};

function example(type: string): AuditEvent {
  return exampleEvent(
    catalog.get(type)!,
    parse(readFileSync(join(examples, `${type}.yml`), 'utf8')) as EventExample,
  );
}
function controlOf(
  name: string,
  type = 'merge_request_merged',
  expression = 'event.outcome == "denied"',
): Control {
  const file = {
    ...{ name, title: 'Theirs', description: 'A control of their own', severity: 'low', evaluated: 'events' },
    ...{ triggers: [type], expression },
  };
  const { control, problems } = compileControl(`${name}.yml`, JSON.stringify(file), vocabulary);
  if (!control) throw new Error(problems[0]!.message);
  return control;
}

describe('the set of controls', () => {
  it('has all 61 names known from GitLab, each with the way it is evaluated, and no name in the catalog in vain', () => {
    const known = { events: 0, settings: 0, external: 0 };
    for (const { evaluated } of set.all()) known[evaluated]++;
    expect(known).toEqual({ events: 4, settings: 48, external: 9 });
    expect(set.problems).toEqual([]);
    const named = catalog.all().flatMap(({ name }) => catalog.controls(name));
    expect(named).toHaveLength(52);
    expect(set.unknown([...named, 'nonsense', 'nonsense'])).toEqual(['nonsense']);
  });

  it('finds the violation of ADR 005: two approvals are required, and a merge has one', () => {
    const required = new Set(['minimum_approvals_required_1', 'minimum_approvals_required_2']);
    const [one, two, ...more] = set.evaluate(example('merge_request_merged'), ledger, required);
    expect(more).toEqual([]);
    expect(one).toMatchObject({
      control: { name: 'minimum_approvals_required_1' },
      result: 'pass',
      values: null,
    });
    expect(two).toMatchObject({
      control: { name: 'minimum_approvals_required_2' },
      result: 'fail',
      values: { 'event.details.approvers': ['ben'] },
    });
  });

  it('evaluates settings of the project, and has no answer for those that nobody told', () => {
    const required = new Set(['force_push_disabled', 'project_archived', 'require_signed_commits']);
    const evaluations = set.evaluate(example('project_settings_updated'), ledger, required);
    expect(Object.fromEntries(evaluations.map(({ control, result }) => [control.name, result]))).toEqual({
      force_push_disabled: 'fail',
      project_archived: 'pass',
      require_signed_commits: 'indeterminate',
    });
    for (const { result } of set.evaluate(example('project_settings_updated'), null, required))
      expect(result).toBe('indeterminate');
  });

  it('evaluates nothing that is not required, not triggered, or told by the mesh itself', () => {
    const required = new Set(own.map(({ name }) => name));
    expect(set.evaluate(example('merge_request_merged'), ledger, new Set())).toEqual([]);
    expect(set.evaluate(example('secret_read'), ledger, required)).toEqual([]);
    const told = { ...example('merge_request_merged'), category: 'compliance' };
    expect(set.evaluate(told, ledger, required)).toEqual([]);
  });

  it('reads the details of every type as the API shows them', () => {
    const read = (type: string, expression: string) => {
      const theirs = controlOf('theirs', type, expression);
      const [said] = ControlSet.of([], [theirs], vocabulary).evaluate(
        example(type),
        ledger,
        new Set(['theirs']),
      );
      return said!.reason ?? said!.result;
    };
    expect(read('security_policy_update', 'event.details.diff.exists(d, d.after == 2)')).toBe('pass');
    expect(
      read('security_policy_update', 'event.details.committer.at == timestamp("2026-11-20T10:00:00Z")'),
    ).toBe('pass');
    expect(read('secret_read', 'event.details.access_type == "read"')).toBe('pass');
    expect(read('policy_project_updated', 'has(event.details.after.id)')).toBe('pass');
    expect(read('security_policy_user_push_bypass', 'event.details.project_id > 0')).toBe('pass');
  });

  it('has ours where another has the same name, unless overriding is switched on', () => {
    const theirs = [controlOf('minimum_approvals_required_1'), controlOf('extra'), controlOf('extra')];
    const beside = ControlSet.of(own, theirs, vocabulary);
    expect(beside.get('minimum_approvals_required_1')).toBe(set.get('minimum_approvals_required_1'));
    expect(beside.get('extra')).toBe(theirs[1]);
    expect(beside.problems).toEqual([
      { control: 'minimum_approvals_required_1', message: expect.stringContaining('ours counts') },
      { control: 'extra', message: 'Another file before it has this name.' },
    ]);
    const over = ControlSet.of(own, theirs, vocabulary, true);
    expect(over.get('minimum_approvals_required_1')).toBe(theirs[0]);
    expect(over.triggeredBy('merge_request_merged')).toContain(theirs[0]);
    expect(over.triggeredBy('merge_request_merged')).not.toContain(set.get('minimum_approvals_required_1'));
    expect(over.problems).toHaveLength(1);
  });

  it('is triggered by types that name a control, and leaves out those that lack what it reads', () => {
    const type = (name: string, controls: string[], category?: 'compliance') => ({
      ...{ name, description: 'x', saved_to_database: true, streamed: true, scope: ['Project'] },
      ...{ compliance_requirement_controls: controls, ...(category && { category }) },
    });
    const wider = new Catalog([
      ...catalog.all(),
      { ...catalog.get('secret_read')!, compliance_requirement_controls: ['minimum_approvals_required_1'] },
      type('their_merge', ['minimum_approvals_required_1', 'nowhere', 'status_page_configured']),
      type('their_framework', ['force_push_disabled'], 'compliance'),
    ]);
    const widened = ControlSet.of(own, [], { ...vocabulary, catalog: wider });
    expect(widened.triggeredBy('their_merge').map(({ name }) => name)).toEqual([
      'minimum_approvals_required_1',
    ]);
    expect(widened.problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^The event type secret_read names it, but it does not fit: There is no field "approvers"/,
      ),
      'The event type their_framework names it, but events of its category trigger no controls.',
      'The event type their_merge names it, and there is no such control.',
      'The event type their_merge names it, but another system answers for it.',
    ]);
  });
});
