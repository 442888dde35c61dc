import { describe, expect, it } from '@jest/globals';
import { Catalog } from '@auditmesh/events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileControl } from './control.js';
import { vocabularyOf } from './control-set.js';
import { ownControls } from './own-controls.js';
import { compileExpression } from './program.js';

const vocabulary = vocabularyOf(new Catalog(), ownControls());
const head = `name: four_eyes
title: Four eyes
description: Two people look at each change.
severity: high
`;
const merges = `${head}evaluated: events\ntriggers: [merge_request_merged]\n`;

function compile(text: string) {
  return compileControl('controls/four_eyes.yml', text, vocabulary);
}
/** Problems as `line:column sentence`. */
function problems(text: string): string[] {
  return compile(text).problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}
function faultOf(expression: string): string {
  return problems(`${merges}expression: ${expression}\n`).join('\n');
}

describe('a control file', () => {
  it('becomes a control with its expression in CEL', () => {
    const { control } = compile(
      `${merges}expression: { field: event.details.approval_count, operator: '>=', value: 2 }\nresolves_when: passes\n`,
    );
    expect(control).toMatchObject({
      name: 'four_eyes',
      evaluated: 'events',
      triggers: ['merge_request_merged'],
      severity: 'high',
      expression: 'event.details.approval_count >= 2',
      resolvesWhen: 'passes',
    });
  });

  it('is named as its control', () => {
    const { problems } = compileControl('other.yml', `${merges}expression: 'true'\n`, vocabulary);
    expect(problems).toEqual([
      {
        file: 'other.yml',
        line: 1,
        column: 7,
        message: 'Its name is "four_eyes", not the file\'s; write "name: other", or rename the file.',
      },
    ]);
  });

  it('says what is missing, unknown or of another form, and where', () => {
    expect(problems('name: four_eyes\n').length).toBe(4);
    expect(problems(`${merges}expresion: 'true'\n`)).toEqual([
      '1:1 "expression" is missing.',
      expect.stringMatching(/^7:\d+ "expresion" is unknown; "expression" may be meant\.$/),
    ]);
    expect(problems(merges.replace('high', 'urgent') + "expression: 'true'\n")).toEqual([
      '4:11 "severity" should be one of low, medium, high, critical; it is "urgent".',
    ]);
    expect(problems(`${head}evaluated: external\nexpression: 'true'\n`)).toEqual([
      '6:14 "expression" makes no sense in an external control: another system answers.',
    ]);
    expect(problems(`${merges}expression: [1]\n`)[0]).toMatch(/^7:13 "expression" should be an expression/);
    expect(problems('- x')[0]).toBe('1:1 The file should be a mapping; it is a list.');
    expect(problems('a: [')[0]).toMatch(/^1:5 It is no YAML: /);
    expect(problems('')[0]).toBe('1:1 The file should be a mapping; it is empty.');
  });

  it('names types that exist and may trigger controls', () => {
    const triggeredBy = (type: string) =>
      problems(`${head}evaluated: events\ntriggers: [${type}]\nexpression: 'true'\n`);
    expect(triggeredBy('merge_request_merge')).toEqual([
      '6:12 The catalog has no type "merge_request_merge"; "merge_request_merged" may be meant.',
    ]);
    expect(triggeredBy('compliance_framework_added')).toEqual([
      '6:12 Events of the category compliance, as "compliance_framework_added", trigger no controls.',
    ]);
  });

  it('declares settings of its own, but not ours anew', () => {
    const settings = (declared: string, expression: string) =>
      problems(`${head}evaluated: settings\nsettings: { ${declared} }\nexpression: ${expression}\n`);
    expect(settings('max_age: int', 'project.settings.max_age < 30')).toEqual([]);
    expect(settings('regions: strings', "project.settings.regions.all(r, r.startsWith('eu-'))")).toEqual([]);
    expect(settings('force_push_disabled: int', 'project.settings.force_push_disabled == 1')).toEqual([
      '6:34 The setting "force_push_disabled" is known already, as bool.',
    ]);
    expect(problems(`${head}evaluated: settings\nexpression: event.outcome == "success"\n`)).toEqual([
      '6:13 The name "event" is unknown; there is project.',
    ]);
  });
});

describe('an expression', () => {
  it.each([
    [
      'event.details.aprovers.size() > 1',
      'There is no field "aprovers" in event.details; "approvers" may be meant.',
    ],
    [
      'event.details.approvers.first == 1',
      'There is no field "first" in event.details.approvers, which is a list of text.',
    ],
    ['has(event.details.reviewer)', 'There is no field "reviewer" in event.details; there are'],
    ['project.settings.max_age < 30', 'There is no field "max_age" in project.settings; there are'],
    ['evnt.type == "x"', 'The name "evnt" is unknown; "event" may be meant.'],
    ['event.details == "x"', 'event.details is a mapping: name one of its fields'],
    ['event.details.title > 3', 'These types do not go together: string > int.'],
    ['size(event.details.approvers)', 'It must be true or false, such as a comparison.'],
    ['event.details.title == null', 'No field is ever null'],
    ['(event.details).title == "x"', 'Write event.details.title without parentheses'],
    ['event.details.title.lowerAscii() == "x"', 'There is no method "lowerAscii"; there are'],
    ['cel.bind(x, 1, x == 1)', 'There is no method "bind"'],
    ['timestamp(event.details.title) > event.occurred_at', 'A time must stand in quotes and in UTC'],
    ['event.details.title.matches("(")', 'The pattern is not one that RE2 knows'],
    ['event.details.title.matches(r"(a)\\1")', 'The pattern is not one that RE2 knows'],
    ['event.details.title.matches("a{0,100}")', 'A pattern repeats nothing more than 99 times.'],
    ['event.details.title.matches("(a{9}){20}b{99}")', 'The pattern is too large'],
    [`event.details.title.matches("${'a'.repeat(201)}")`, 'A pattern has at most 200 characters.'],
    ['event.details.approvers.all(a, event.message.matches("a{99}b{20}"))', 'It could take too long'],
    ['event.details.title.matches(event.message)', 'A pattern must stand in quotes, as it is.'],
    ['event.details.approvers.all(event, true)', 'The entry needs a name of its own, other than "event".'],
    ['event.details.approvers.all(_a, true)', 'The entry needs a name of its own, other than "_a".'],
    ['size(event.details.approvers) >=', 'The expression ends too early.'],
    [`${'('.repeat(60)}true${')'.repeat(60)}`, ''],
    [`${'true && '.repeat(400)}true`, 'It is longer than 2000 characters.'],
    [
      'event.details.approvers.exists(a, a.name == "x")',
      'There is no field "name" in the entry, which is text.',
    ],
  ])('is refused: %s', (expression, reason) => {
    const fault = faultOf(`|-\n  ${expression}`);
    expect(fault).not.toBe('');
    expect(fault).toContain(reason);
  });

  it('is refused where it could go through lists within lists without end', () => {
    const over = (depth: number, body: string): string =>
      depth === 0 ? body : `event.details.approvers.all(v${depth}, ${over(depth - 1, body)})`;
    expect(faultOf(`'${over(2, 'v1 == v2')}'`)).toBe('');
    expect(faultOf(`'${over(3, 'v1 == v2')}'`)).toContain('It could take too long');
    const lists = (of: string) => `event.details.approvers.map(x, event.details.approvers.map(y, ${of}))`;
    const compared = `${lists('event.details.approvers')} == ${lists('event.details.commit_shas')}`;
    expect(faultOf(`'${compared}'`)).toContain('It could take too long');
    expect(faultOf(`'{"a": 1, "b": 2}.all(k, ${over(2, 'v1 == v2')})'`)).toContain('It could take too long');
    const many = Array.from({ length: 20 }, (_, at) => `a != "user${at}"`).join(' && ');
    expect(faultOf(`'event.details.approvers.all(a, ${many} && a != event.details.title)'`)).toBe('');
  });

  it('is refused with the line and column in the file, however the YAML is written', () => {
    const sentence = 'There is no field "titel" in event.details; "title" may be meant.';
    const wrong = 'event.details.titel == "y"';
    expect(faultOf(wrong)).toBe(`7:13 ${sentence}`);
    expect(faultOf(`'true && ${wrong}'`)).toBe(`7:22 ${sentence}`);
    expect(faultOf(`|\n  true &&\n    ${wrong}`)).toBe(`9:5 ${sentence}`);
    expect(faultOf(`>-\n  true &&\n\n  ${wrong}`)).toBe(`10:3 ${sentence}`);
    expect(faultOf("{ field: event.details.titel, operator: '=', value: x }")).toBe(`7:22 ${sentence}`);
    expect(faultOf("{ field: event.details.title, operator: '>', value: 3 }")).toBe(
      '7:65 These types do not go together: string > int.',
    );
  });

  it('may read only what all triggers have, each with one type', () => {
    const read = (field: string) =>
      problems(
        `${head}evaluated: events\ntriggers: [merge_request_merged, secret_read]\nexpression: ${field}\n`,
      );
    expect(read('event.actor.type == "user"')).toEqual([]);
    expect(read('event.details.title == "x"')).toEqual([
      expect.stringMatching(
        /^7:13 There is no field "title" in event\.details; .* This is so for events of type secret_read\.$/,
      ),
    ]);
  });

  it('may name fields and use functions as CEL has them', () => {
    for (const expression of [
      'event.details["title"].contains("x") || has(event.details.description)',
      'event.occurred_at.getHours() < 18 && event.details.merged_at > timestamp("2026-01-01T00:00:00Z")',
      'event.details.merged_at - event.occurred_at < duration("1h")',
      'event.details.approval_count * 2 >= event.details.required_approvals',
      'double(event.details.approval_count) / 2.0 >= 0.5',
      'event.details.approvers.filter(a, a != event.actor.name).size() > 0',
      'event.actor.type in ["user", "service_account"]',
      '// the author\n!event.details.approving_author',
    ])
      expect(faultOf(JSON.stringify(expression))).toBe('');
  });

  it('may read no field that has another type in another of its triggers', () => {
    const roots = (['string', 'int'] as const).map((x, at) => ({
      of: `type_${at}`,
      shape: { fields: { event: { fields: { x, y: 'bool' as const } } } },
    }));
    expect(compileExpression('event.y && event.x == "a"', roots)).toEqual([
      { message: 'event.x has another type in events of type_1 than in those of type_0.', offset: 11 },
    ]);
    expect(compileExpression('event.y', roots)).toMatchObject({ reads: [{ path: 'event.y' }] });
  });
});

describe('the page about controls', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/controls.md'), 'utf8');

  it('has an example that loads, and expressions that are not refused', () => {
    const [, example] = /```yaml\n# four_eyes\.yml\n([^`]*)```/.exec(page)!;
    expect(problems(example!)).toEqual([]);
    const [, expressions] = /```\n(event\.actor[^`]*)```/.exec(page)!;
    const lines = expressions!.trim().split('\n');
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(faultOf(JSON.stringify(line))).toBe('');
    const [fault] = compile(example!.replace('target_branch', 'target_brnch')).problems;
    expect(page).toContain(`compliance/four_eyes.yml:${fault!.line}:${fault!.column}: ${fault!.message}`);
  });
});
