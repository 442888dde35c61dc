import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readPolicyFile } from '@auditmesh/policies';
import { changesOfPush } from './push.js';

const seeds = [
  'approval_policy:\n- name: Two eyes\n  description: ""\n  enabled: true\n  policy_scope:\n    projects: {excluding: [{id: 7}, {type: archived}]}\n' +
    '  rules:\n  - type: scan_finding\n    branches: []\n    scanners: [sast, "dast"]\n    vulnerabilities_allowed: 0\n' +
    '  actions:\n  - type: require_approval\n    approvals_required: 2\n    role_approvers:\n    - owner\n',
  'x: &base {enabled: yes, rules: &r [{type: pipeline, branches: [main]}]}\nscan_execution_policy:\n' +
    '- <<: *base\n  name: \'Nightly "run"\'\n  actions: # all\n  - scan: dast\n    variables: {A: "1"}\n- name: 12\n  rules: *r\n',
  '---\npipeline_execution_policy:\n  - name: Build\n    content:\n      include:\n        - {project: a/b, file: c.yml}\n' +
    '    description: |-\n      one\n\n      two\n    suffix: >\n      folded\n      text\nscan_result_policy: []\n...\n',
];
const tokens = fc.constantFrom(
  ...[
    '\n',
    '\r\n',
    '\t',
    '  ',
    '- ',
    ': ',
    ':',
    '? ',
    '#',
    '"',
    "'",
    '|',
    '>',
    '&a ',
    '*a',
    '*base',
    '<<: ',
    '!!int ',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '\0',
    '\\',
    '\ud800',
    '\u2028',
    '\ufeff',
    '😀',
    '~',
  ],
  ...['name:', 'approval_policy:\n', '__proto__: ', '.nan', '1e999', '"\\u0000"', '!<', '@', '`', '%'],
);
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(60)),
  text: fc.oneof(tokens, fc.constant(''), fc.string({ maxLength: 3 })),
  copy: fc.boolean(),
});
const mutated = fc
  .tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 6 }))
  .map(([seed, edits]) =>
    edits.reduce((text, { at, cut, text: inserted, copy }) => {
      const start = Math.floor(at * text.length);
      const removed = text.slice(start, start + cut);
      return text.slice(0, start) + inserted + (copy ? removed + removed : '') + text.slice(start + cut);
    }, seed),
  );

describe('a mangled policy file', () => {
  it('is either valid or has errors that people and databases can read, and never makes the reader fail', () => {
    const seen = { valid: 0, invalid: 0 };
    fc.assert(
      fc.property(mutated, (content) => {
        const file = readPolicyFile(content);
        seen[file.valid ? 'valid' : 'invalid']++;
        const lineCount = content.split('\n').length;
        const remarks = file.valid ? file.warnings : file.errors;
        for (const { message, line, column } of remarks) {
          expect(message).toMatch(/^[^\n\0]+[.…]$/);
          expect(line === null || (line >= 1 && line <= lineCount)).toBe(true);
          expect(column === null || column >= 1).toBe(true);
        }
        if (!file.valid) return expect(file.errors.length).toBeGreaterThan(0);
        const text = JSON.stringify(file.policies);
        expect(JSON.parse(text)).toEqual(file.policies);
        expect(text).not.toMatch(/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/);
        expect(file.policies.every(({ name }) => name.length > 0)).toBe(true);
      }),
      { numRuns: 5000 },
    );
    expect(seen.valid).toBeGreaterThan(500);
    expect(seen.invalid).toBeGreaterThan(500);
  });

  it('changes no policy when it is pushed again', () => {
    fc.assert(
      fc.property(mutated, (content) => {
        const first = changesOfPush(undefined, { content });
        const again = changesOfPush(first.state, { content });
        expect(again.changes).toEqual([]);
        expect(again.invalidated).toEqual(first.invalidated);
      }),
      { numRuns: 1000 },
    );
  });
});
