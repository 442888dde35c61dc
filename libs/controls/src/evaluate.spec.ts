import { describe, expect, it } from '@jest/globals';
import { Catalog, type EventType } from '@auditmesh/events';
import { factsWith } from '../arbitraries/expressions.js';
import { compileControl } from './control.js';
import { vocabularyOf } from './control-set.js';
import { evaluate, resolves } from './evaluate.js';
import { ownControls } from './own-controls.js';

const foreign: EventType = {
  name: 'wiki_page_created',
  description: 'A page is made',
  saved_to_database: true,
  streamed: true,
  scope: ['Project'],
};
const vocabulary = vocabularyOf(new Catalog([...new Catalog().all(), foreign]), ownControls());

function controlOf(expression: string, type = 'merge_request_merged', more: object = {}) {
  const file = {
    ...{ name: 'tried', title: 'Tried', description: 'A control that is tried out', severity: 'low' },
    ...{ evaluated: 'events', triggers: [type], expression, ...more },
  };
  const { control, problems } = compileControl('tried.yml', JSON.stringify(file), vocabulary);
  if (!control) throw new Error(problems[0]!.message);
  return control;
}
/** Result, and the reason of an indeterminate one. */
function said(expression: string, values: Record<string, unknown>, type?: string): string {
  const { result, reason } = evaluate(controlOf(expression, type), factsWith(values));
  return reason === null ? result : `${result}: ${reason}`;
}

describe('a control evaluated on facts', () => {
  it('passes or fails, and keeps the values that it read as JSON', () => {
    const control = controlOf('size(event.details.approvers) >= 2 && event.occurred_at.getHours() < 18');
    const facts = factsWith({
      'event.details.approvers': ['ben'],
      'event.occurred_at': 1_000_000,
      'event.id': 'x',
    });
    expect(evaluate(control, facts)).toMatchObject({
      result: 'fail',
      reason: null,
      values: { 'event.details.approvers': ['ben'], 'event.occurred_at': '1970-01-01T00:00:01.000000Z' },
    });
    expect(Object.keys(evaluate(control, facts).values)).toHaveLength(2);
  });

  it('is indeterminate where a field is missing, null or of another type', () => {
    const count = 'event.details.approval_count';
    expect(said(`${count} >= 2`, {})).toBe(`indeterminate: ${count} is missing.`);
    expect(said(`${count} >= 2`, { [count]: null })).toBe(`indeterminate: ${count} is missing.`);
    expect(said(`${count} >= 2`, { [count]: '2' })).toBe(`indeterminate: ${count} is not a whole number.`);
    expect(said(`${count} != 2`, { [count]: '2' })).toBe(`indeterminate: ${count} is not a whole number.`);
    expect(said(`${count} >= 2`, { 'event.details': null })).toBe(`indeterminate: ${count} is missing.`);
    expect(said(`!event.details.approving_author`, { 'event.details.approving_author': 'no' })).toBe(
      'indeterminate: event.details.approving_author is not true or false.',
    );
    const approvers = 'event.details.approvers';
    expect(said(`${approvers}.all(a, a != "x")`, { [approvers]: ['ann', null] })).toBe(
      `indeterminate: ${approvers} is not a list of text.`,
    );
    expect(said(`${approvers}.all(a, a != "x")`, { [approvers]: Array(1_001).fill('a') })).toBe(
      `indeterminate: ${approvers} has 1001 entries; at most 1000 are gone through.`,
    );
  });

  it('is indeterminate where CEL has no answer', () => {
    const count = 'event.details.approval_count';
    expect(said(`2 / ${count} == 1`, { [count]: 0 })).toBe(
      'indeterminate: It cannot be worked out: division by zero.',
    );
    expect(said(`event.details.title.matches("a")`, { 'event.details.title': 'a'.repeat(1_001) })).toMatch(
      /^indeterminate: It cannot be worked out: a text of more than 1000 characters/,
    );
  });

  it('needs no field on which the answer does not depend, as in CEL', () => {
    const either = 'event.details.title == "x" || event.details.target_branch == "main"';
    expect(said(either, { 'event.details.target_branch': 'main' })).toBe('pass');
    expect(said(either, { 'event.details.target_branch': 'next' })).toBe(
      'indeterminate: event.details.title is missing.',
    );
    const asked = '!has(event.details.title) || event.details.title == "x"';
    expect(said(asked, {})).toBe('pass');
    expect(said(asked, { 'event.details.title': null })).toBe('pass');
    expect(said(asked, { 'event.details.title': 'y' })).toBe('fail');
  });

  it('expects of a field that may be anything what it is compared with', () => {
    const of = (expression: string, value: unknown) =>
      said(expression, { 'event.details.page': value }, 'wiki_page_created');
    expect(of('event.details.page != "secret"', 'home')).toBe('pass');
    expect(of('event.details.page != "secret"', 5)).toBe('indeterminate: event.details.page is not text.');
    expect(of('!(event.details.page in ["secret"])', 5)).toBe(
      'indeterminate: event.details.page is not text.',
    );
    expect(of('"secret" in event.details.page', ['home'])).toBe('fail');
    expect(of('event.details.page.exists(p, has(p.of))', [{ id: 1, of: null }, { of: 1 }])).toBe('pass');
    expect(of('event.details.page >= 2', 2.5)).toBe('pass');
    expect(of('event.details.page.title == "x"', { title: 'x' })).toBe('pass');
    expect(of('event.details.page.exists(p, p.id == 1)', [{ id: 1, of: null }])).toBe('pass');
    expect(of('event.details.page.exists(p, p.of == 1)', [{ id: 1, of: null }])).toMatch(/^indeterminate/);
  });

  it('reads entries of a list by the types that they should have', () => {
    const of = (path: unknown) =>
      said(
        'event.details.diff.all(d, d.path != "/rules")',
        { 'event.details.diff': [{ path }] },
        'security_policy_update',
      );
    expect(of('/name')).toBe('pass');
    expect(of(5)).toBe('indeterminate: It cannot be worked out: No such key: path.');
  });

  it('takes nothing for a field that a mapping inherits, and gets along with values nested without end', () => {
    const of = (expression: string, values: object) =>
      said(expression, values as Record<string, unknown>, 'wiki_page_created');
    expect(of('has(event.details.constructor)', { 'event.details': {} })).toBe('fail');
    expect(of('has(event.details.toString.name)', { 'event.details': {} })).toBe('fail');
    let deep: unknown = 1;
    for (let level = 0; level < 20_000; level++) deep = [deep];
    expect(of('event.details.x == event.details.y', { 'event.details.x': deep, 'event.details.y': 1 })).toBe(
      'indeterminate: event.details.x has an empty entry, or too many entries or levels.',
    );
  });

  it('matches patterns in a time in proportion to the text', () => {
    const control = controlOf('event.details.title.matches("^(a+)+$")');
    const facts = factsWith({ 'event.details.title': `${'a'.repeat(900)}!` });
    const began = performance.now();
    expect(evaluate(control, facts).result).toBe('fail');
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('has no answer of its own where another system answers', () => {
    const file = {
      name: 'tried',
      title: 'Tried',
      description: 'A control that is tried out',
      severity: 'low',
    };
    const { control } = compileControl(
      'tried.yml',
      JSON.stringify({ ...file, evaluated: 'external' }),
      vocabulary,
    );
    expect(evaluate(control!, factsWith({}))).toMatchObject({ result: 'indeterminate', values: {} });
  });

  it('resolves when it says so, and not where that cannot be told', () => {
    const control = controlOf('event.outcome == "x"', undefined, {
      resolves_when: 'event.outcome == "success"',
    });
    expect(resolves(control, factsWith({ 'event.outcome': 'success' }))).toBe(true);
    expect(resolves(control, factsWith({ 'event.outcome': 'denied' }))).toBe(false);
    expect(resolves(control, factsWith({}))).toBe(false);
    expect(resolves(controlOf('event.outcome == "x"'), factsWith({ 'event.outcome': 'x' }))).toBe(false);
  });
});
