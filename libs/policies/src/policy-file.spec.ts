import { describe, expect, it } from '@jest/globals';
import { readPolicyFile } from './policy-file.js';

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
  '    rules: [{type: schedule, cadence: "0 0 * * *"}]',
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
            rules: [{ type: 'schedule', cadence: '0 0 * * *' }],
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
        message: 'The key "scan_result_policy" is deprecated; it is read as "approval_policy".',
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
    expect(warnings.map(({ message }) => message)).toEqual([`The name is no text; it is read as "${text}".`]);
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
  const messages = (content: string) => valid(content).warnings.map(({ message }) => message);

  it('names an unknown key of the file, with its place', () => {
    expect(valid('approval_policy: []\n? 😀\n: 1\n').warnings).toEqual([
      { message: 'The key "😀" is unknown.', line: 2, column: 3, policy: null },
    ]);
  });

  it('names unknown and missing fields of a policy', () => {
    expect(valid('approval_policy:\n- name: A\n  constructor: 1\n').warnings).toEqual(
      [
        ['The field "constructor" is unknown.', 3],
        ['The field "enabled" is missing.', 2],
        ['The field "rules" is missing.', 2],
      ].map(([message, line]) => ({
        message,
        line,
        column: 3,
        policy: { type: 'approval_policy', name: 'A' },
      })),
    );
  });

  it('names what is deprecated', () => {
    expect(
      messages(
        lines(
          'approval_policy:',
          '- name: A',
          '  enabled: true',
          '  rules:',
          '  - {type: license_finding, match_on_inclusion: true}',
          '  - {type: scan_finding, vulnerability_states: [newly_detected]}',
          'pipeline_execution_policy:',
          '- {name: B, enabled: true, content: {}, pipeline_config_strategy: inject_ci}',
        ),
      ),
    ).toEqual([
      '"match_on_inclusion" is deprecated; use "match_on_inclusion_license".',
      'The vulnerability state "newly_detected" is deprecated.',
      'The strategy "inject_ci" is deprecated; use "inject_policy".',
    ]);
  });

  it('names values and lists of a wrong shape or size', () => {
    expect(
      messages(
        lines(
          'approval_policy:',
          `- {name: ${'n'.repeat(256)}, enabled: "yes", rules: {}}`,
          'vulnerability_management_policy:',
          '- {name: B, enabled: yes, rules: [1, {}, {type: x}, {type: detected}, {type: detected}, {type: detected}], actions: [1, 2]}',
        ),
      ),
    ).toEqual([
      'The name is longer than 255 characters.',
      'The field "enabled" is neither true nor false.',
      'The field "rules" is no list.',
      'Only the first 5 of 6 rules count.',
      'Only the first 1 of 2 actions count.',
      'A rule is no mapping.',
      'A rule has no type.',
      'A rule has the unknown type "x".',
    ]);
  });

  it('is counted beyond the first 20 of a policy, which hides none of another', () => {
    const many = Array.from({ length: 30 }, (_, n) => `x${n}: 1`).join(', ');
    const { warnings } = valid(`approval_policy: [{name: A, ${many}}, {name: B, y: 1}]`);
    const ofA = warnings.filter(({ policy }) => policy?.name === 'A');
    expect(ofA).toHaveLength(21);
    expect(ofA[20]!.message).toBe('12 more warnings are left out.');
    expect(warnings.filter(({ policy }) => policy?.name === 'B')).toHaveLength(3);
  });
});
