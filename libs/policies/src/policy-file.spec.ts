import { describe, expect, it } from '@jest/globals';
import { readPolicyFile } from './policy-file.js';
import { listPolicies } from './policy-list.js';
import { policyWarnings } from './policy-warnings.js';
import { readYaml } from './yaml-file.js';

const lines = (...text: string[]) => text.join('\n');

function valid(content: string) {
  const file = readPolicyFile(content);
  if (!file.valid) throw new Error(JSON.stringify(file.errors));
  return file;
}

function errors(content: string) {
  const file = readPolicyFile(content);
  return file.valid ? [] : file.errors;
}

const complete = lines(
  'approval_policy:',
  '- name: Two eyes',
  '  enabled: true',
  '  rules:',
  '  - {type: any_merge_request, commits: any, branch_type: default}',
  'scan_execution_policy:',
  '  - name: Nightly',
  '    enabled: false',
  '    rules: [{type: schedule, cadence: "0 0 * * *", branches: [main]}]',
  '    actions: [{scan: secret_detection}]',
);

describe('a valid policy file', () => {
  it('gives its policies in order, with all that they contain and their lines', () => {
    expect(valid(complete)).toEqual({
      valid: true,
      policies: [
        {
          type: 'approval_policy',
          name: 'Two eyes',
          content: {
            name: 'Two eyes',
            enabled: true,
            rules: [{ type: 'any_merge_request', commits: 'any', branch_type: 'default' }],
          },
          line: 2,
        },
        {
          type: 'scan_execution_policy',
          name: 'Nightly',
          content: {
            name: 'Nightly',
            enabled: false,
            rules: [{ type: 'schedule', cadence: '0 0 * * *', branches: ['main'] }],
            actions: [{ scan: 'secret_detection' }],
          },
          line: 7,
        },
      ],
      warnings: [],
    });
  });

  it('may have a policy key with an empty list', () => {
    expect(valid('approval_policy: []')).toEqual({ valid: true, policies: [], warnings: [] });
  });

  it.each([
    'approval_policy',
    'scan_execution_policy',
    'pipeline_execution_policy',
    'pipeline_execution_schedule_policy',
    'vulnerability_management_policy',
  ])('may have policies of type %s', (type) => {
    expect(valid(`${type}: [{name: A}]`).policies).toEqual([
      { type, name: 'A', content: { name: 'A' }, line: 1 },
    ]);
  });

  it('reads scan_result_policy as approval_policy and says so', () => {
    const file = valid('scan_result_policy:\n- {name: Old, enabled: true, rules: []}\n');
    expect(file.policies[0]).toMatchObject({ type: 'approval_policy', name: 'Old' });
    expect(file.warnings).toEqual([
      {
        message:
          '"scan_result_policy" of the file is deprecated; use "approval_policy", as which it is read.',
        line: 1,
        column: 1,
        policy: null,
      },
    ]);
  });

  it('keeps the first of two policies with the same type and name, also across the legacy key', () => {
    const file = valid(
      lines(
        'approval_policy: [{name: A, enabled: true, rules: []}]',
        'scan_result_policy: [{name: A, enabled: false}]',
        'scan_execution_policy: [{name: A}]',
      ),
    );
    expect(file.policies.map(({ type, content }) => [type, content['enabled']])).toEqual([
      ['approval_policy', true],
      ['scan_execution_policy', undefined],
    ]);
    expect(file.warnings).toContainEqual({
      message: 'Another approval_policy before it has the name "A"; only the first counts.',
      line: 2,
      column: 22,
      policy: { type: 'approval_policy', name: 'A' },
    });
  });

  it.each([
    ['123', '123'],
    ['1.5', '1.5'],
    ['yes', 'true'],
  ])('reads the name %s as the text %j with a warning', (name, text) => {
    const { policies, warnings } = valid(`approval_policy: [{name: ${name}, enabled: true, rules: []}]`);
    expect(policies[0]!.name).toBe(text);
    expect(warnings.map(({ message }) => message)).toEqual([
      `"name" of policy "${text}" should be text, it is ${text}.`,
    ]);
  });

  it('takes the first of several documents, whatever the others are', () => {
    const { policies, warnings } = valid(
      'approval_policy: [{name: A, enabled: true, rules: []}]\n---\n{: broken',
    );
    expect(policies.map(({ name }) => name)).toEqual(['A']);
    expect(warnings).toEqual([
      { message: 'Only the first document of the file counts.', line: 2, column: 1, policy: null },
    ]);
  });
});

describe('an invalid policy file', () => {
  it.each([
    ['a mapping within a plain value', 'approval_policy:\n- name: a: b\n', 2, 9],
    ['a tab as indentation', 'approval_policy:\n\t- name: A\n', 2, 1],
    ['a quote left open', 'approval_policy: []\nx: "open', 2, 9],
    ['a list left open', 'approval_policy: [', 1, 19],
    ['a value that starts with a backquote', 'approval_policy:\r\n- name: `A`\r\n', 2, 9],
    ['a key at a wrong indentation', 'approval_policy:\n  - name: A\n   enabled: true\n', 3, 1],
    ['an alias without an anchor', 'approval_policy:\n- name: *a\n', 2, 9],
    ['an alias for what it is part of', 'approval_policy: &a\n- {name: A, x: *a}\n', 2, 16],
    ['a mistake after a byte order mark', '\ufeffapproval_policy: `', 1, 18],
    ['a mistake after an emoji', 'x: {"😀": `}', 1, 10],
    ['a policy key that is null', 'approval_policy: []\nscan_execution_policy:\n', 2, 1],
    ['a policy key that is a mapping', 'approval_policy: {name: A}', 1, 1],
    ['a policy that is text', 'approval_policy:\n- A\n', 2, 3],
    ['a policy that is null', 'approval_policy:\n-\n', 2, 2],
    ['a policy without a name', 'approval_policy:\n- {name: A}\n- enabled: true\n', 3, 3],
    ['a policy with an empty name', 'approval_policy:\n- enabled: true\n  name: ""\n', 3, 3],
    ['a policy whose name is null', 'approval_policy: [{name: }]', 1, 20],
    ['a policy whose name is a list', 'approval_policy: [{name: [A]}]', 1, 20],
    ['a file without policy key', '# comment\nexperiments: {}\n', 2, 1],
    ['a file that is a list', '- approval_policy: []', 1, 1],
    ['a file that is text', 'approval_policy', 1, 1],
  ])('with %s says where', (_, content, line, column) => {
    expect(errors(content)[0]).toEqual({ message: expect.stringMatching(/^[^\n]+[.…]$/), line, column });
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' \n\n'],
    ['comments', '# a\n# b\n'],
    ['a byte order mark', '\ufeff'],
    ['a start of document', '---\n'],
    ['a start of document and a second document', '---\n---\napproval_policy: []\n'],
  ])('with nothing but %s is empty', (_, content) => {
    expect(errors(content)).toEqual([{ message: 'The file is empty.', line: null, column: null }]);
  });

  it('names all mistakes in its structure at once', () => {
    expect(errors('approval_policy: [1, {}]\nscan_execution_policy: 2').map(({ line }) => line)).toEqual([
      1, 1, 2,
    ]);
  });

  it('counts errors beyond the first 50', () => {
    const found = errors(`approval_policy: [${'1, '.repeat(80)}]`);
    expect(found).toHaveLength(51);
    expect(found[50]).toEqual({ message: '30 more errors are left out.', line: null, column: null });
  });
});

describe('a warning', () => {
  it('names an unknown key of the file, with its place in characters', () => {
    expect(valid('approval_policy: []\n? 😀\n: 1\n').warnings).toEqual([
      { message: '"😀" of the file is unknown.', line: 2, column: 3, policy: null },
    ]);
  });

  it('says which policy it is about, in the order of the file', () => {
    const policy = { type: 'approval_policy', name: 'A' };
    expect(valid('approval_policy:\n- name: A\n  constructor: 1\n').warnings).toEqual([
      { message: '"enabled" is missing in policy "A".', line: 2, column: 3, policy },
      { message: '"rules" is missing in policy "A".', line: 2, column: 3, policy },
      { message: '"constructor" of policy "A" is unknown.', line: 3, column: 3, policy },
    ]);
  });

  it('points at the anchor where an alias stands for what is odd', () => {
    const anchored = 'x: &r [{type: y}]\napproval_policy: [{name: A, enabled: true, rules: *r}]\n';
    expect(valid(anchored).warnings[1]).toMatchObject({
      message: expect.stringContaining('"type" of rule 1 of policy "A" should be'),
      line: 1,
      column: 9,
    });
  });

  it('is no longer than an event has room for, whatever the policy is called', () => {
    const [warning] = valid(`approval_policy: [{name: "${'\\u0001'.repeat(200)}", rules: []}]`).warnings;
    expect(warning!.message).toMatch(/^"enabled" is missing in policy "\\u0001.{400,500}…$/);
    expect(warning!.message.length).toBeLessThanOrEqual(501);
  });

  it('is counted beyond the first 20 of a policy, which hides none of another', () => {
    const many = Array.from({ length: 30 }, (_, n) => `x${n}: 1`).join(', ');
    const { warnings } = valid(`approval_policy: [{name: A, ${many}}, {name: B, y: 1}]`);
    const ofA = warnings.filter(({ policy }) => policy?.name === 'A');
    expect(ofA).toHaveLength(21);
    expect(ofA[20]!.message).toBe('12 more warnings are left out.');
    expect(warnings.filter(({ policy }) => policy?.name === 'B')).toHaveLength(3);
  });

  it.each([
    ['rules', 'approval_policy: [{name: A, enabled: true, rules: [' + '{},'.repeat(50_000) + ']}]'],
    ['entries', 'approval_policy: [{name: A, enabled: true, rules: [' + '1,'.repeat(50_000) + ']}]'],
    [
      'fields',
      `approval_policy: [{name: A, ${Array.from({ length: 20_000 }, (_, n) => `descripti${n}: 1`)}}]`,
    ],
  ])('costs less than reading the file, even where it is full of odd %s', (_, content) => {
    const started = performance.now();
    const { root } = readYaml(content);
    const read = performance.now() - started;
    const warnings = listPolicies(root!).policies.flatMap(policyWarnings);
    expect(warnings.length).toBeGreaterThan(1_000);
    expect(performance.now() - started - read).toBeLessThan(2 * read);
  });
});
