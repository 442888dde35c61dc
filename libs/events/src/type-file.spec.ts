import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Catalog } from './catalog.js';
import { readTypeFile } from './type-file.js';

const adr = `---
name: merge_request_merged
description: A merge request is merged
introduced_by_issue: https://gitlab.example/issues/442279
introduced_by_mr: https://gitlab.example/merge_requests/164846
feature_category: compliance_management
milestone: '17.5'
saved_to_database: true
streamed: true
scope: [Project]
compliance_requirement_controls: [merge_request_prevent_author_approval, merge_request_prevent_committers_approval, merge_request_prevent_author_approval]
`;
const minimal = (name: string, more = '') =>
  `name: ${name}\nsaved_to_database: false\nstreamed: true\nscope:\n  - Group\n${more}`;
const problems = (text: string, file = 'a.yml') =>
  readTypeFile(file, text).problems.map(({ line, problem }) => [line, problem]);

describe('a type file', () => {
  it('may name a control twice, as the example of ADR 005 does', () => {
    expect(readTypeFile('config/types/merge_request_merged.yml', adr).type).toEqual({
      name: 'merge_request_merged',
      description: 'A merge request is merged',
      introduced_by_issue: 'https://gitlab.example/issues/442279',
      introduced_by_mr: 'https://gitlab.example/merge_requests/164846',
      feature_category: 'compliance_management',
      milestone: '17.5',
      saved_to_database: true,
      streamed: true,
      scope: ['Project'],
      compliance_requirement_controls: [
        'merge_request_prevent_author_approval',
        'merge_request_prevent_committers_approval',
      ],
    });
  });

  it('may have the controls under the name that GitLab shipped, known to us or not', () => {
    const { type } = readTypeFile('a.yml', minimal('a', 'compliance_controls: [nobody_knows, b]\n'));
    expect(type?.compliance_requirement_controls).toEqual(['nobody_knows', 'b']);
  });

  it('may have a dash for a value, a group, keys nobody knows, and no description', () => {
    const more = `introduced_by_mr: -\nmilestone: - # unknown\nintroduced_by_issue: "-"\ngroup: group::compliance\ncolour: red\ncategory: -\r\ncompliance_controls: -\n`;
    expect(readTypeFile('a.yaml', minimal('a', more))).toMatchObject({
      type: { name: 'a', description: '', scope: ['Group'] },
      problems: [],
    });
  });

  it('may write its booleans as Ruby reads them', () => {
    const text = minimal('a').replace('true', 'yes').replace('false', 'off');
    expect(readTypeFile('a.yml', text).type).toMatchObject({ saved_to_database: false, streamed: true });
  });

  it.each([
    ['another name than the file', minimal('b'), 1, 'Its name is "b", not the file\'s.'],
    ['no name', minimal('a').replace('name: a\n', ''), 1, 'It has no name.'],
    ['no boolean', minimal('a').replace('streamed: true', ''), 1, 'It has no streamed.'],
    ['a text for a boolean', minimal('a').replace('true', '"true"'), 3, 'streamed is "true", no boolean.'],
    [
      'both booleans false',
      minimal('a').replace('true', 'false'),
      3,
      'Its events would be neither saved nor streamed.',
    ],
    ['an unknown scope', minimal('a').replace('Group', 'Galaxy'), 4, 'The scope "Galaxy" is unknown.'],
    [
      'a scope that is no list',
      minimal('a').replace('\n  - Group', ' Group'),
      4,
      'Its scope is "Group", no list.',
    ],
    ['no scope', minimal('a').replace('scope:\n  - Group', ''), 1, 'Its scope is empty, no list.'],
    ['no mapping', '- a\n- b\n', 1, 'It is no mapping of names to values.'],
    ['nothing', '', 1, 'It is no mapping of names to values.'],
  ])('with %s is refused, with the line', (_what, text, line, problem) => {
    expect(problems(text)).toEqual([[line, problem]]);
  });

  it('that is no YAML is refused with the line, and every other fault is named at once', () => {
    expect(problems('name: a\nscope: [Project\n')).toEqual([[3, expect.stringContaining('It is no YAML: ')]]);
    expect(problems('name: b\nscope: [Galaxy, Moon]\n')).toHaveLength(5);
  });

  it('whatever it holds, gives a type or problems and throws nothing', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(...minimal('a').split('\n'), '- x', 'a: *b', '&b a: -', '? [', '%YAML 9', '---'),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { type, problems } = readTypeFile('a.yml', lines.join('\n'));
        expect(type === null).toBe(problems.length > 0);
      }),
    );
  });
});

describe('the catalog with other types', () => {
  const other = { ...readTypeFile('secret_read.yml', minimal('secret_read')).type!, description: 'theirs' };
  const foreign = readTypeFile('foreign.yml', minimal('foreign')).type!;

  it('has both, and ours where a name is in both', () => {
    const catalog = Catalog.with([other, foreign], false);
    expect(catalog.get('secret_read')).toBe(new Catalog().get('secret_read'));
    expect(catalog.category('foreign')).toBe('activity');
  });

  it('lets the others win where it is told to, but keeps a category that they do not state', () => {
    const catalog = Catalog.with([other, foreign], true);
    expect(catalog.get('secret_read')).toMatchObject({ description: 'theirs', saved_to_database: false });
    expect(catalog.category('secret_read')).toBe('secret_access');
  });

  it('names each control once', () => {
    expect(
      new Catalog([{ ...foreign, compliance_requirement_controls: ['x', 'y', 'x'] }]).controls('foreign'),
    ).toEqual(['x', 'y']);
    expect(new Catalog().controls('nobody_knows')).toEqual([]);
  });
});
