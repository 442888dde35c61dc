import { describe, expect, it } from '@jest/globals';
import { type Directory, readPolicyFile } from '@auditmesh/policies';
import { directoryOf } from './directory-file.js';
import { previewOf, type Reach } from './policy-preview.js';
import { previewMarkdown, previewText } from './preview-text.js';

const reach: Reach = {
  policyProjectId: 42,
  directory: directoryOf({
    namespaces: [{ id: 1, path: 'acme' }],
    projects: Array.from({ length: 25 }, (_, i) => ({ id: 100 + i, path: `acme/p${i}`, namespace: 1 })),
    policy_links: [{ policy_project: 42, namespace: 1 }],
  }) as Directory,
};

const policy = (name: string, more = '') =>
  `- name: ${name}\n  enabled: true\n  rules: [{type: any_merge_request, branches: [], commits: any}]\n${more}`;
const file = (...policies: string[]) =>
  policies.length ? `approval_policy:\n${policies.join('')}` : 'approval_policy: []\n';
const only = (...ids: number[]) =>
  `  policy_scope: {projects: {including: [${ids.map((id) => `{id: ${id}}`).join(', ')}]}}\n`;

function preview(before: string, after: string, known: Reach | null = reach) {
  const old = readPolicyFile(before);
  if (!old.valid) throw new Error('the version before must be valid');
  return previewOf(old, readPolicyFile(after), known);
}

const compared = { file: 'policy.yml', base: '1a2b', head: '3c4d' };

describe('the preview of a policy file', () => {
  it('says for each policy what would happen to it, where, and in how many projects', () => {
    const { changes } = preview(
      file(policy('Kept'), policy('Changed', only(100, 101)), policy('Gone')),
      file(policy('New', '  metadata: {}\n'), policy('Changed', only(101, 102, 103)), policy('Kept')),
    );
    expect(changes.map(({ kind, name, line }) => [kind, name, line])).toEqual([
      ['created', 'New', 2],
      ['updated', 'Changed', 6],
      ['deleted', 'Gone', null],
    ]);
    const [created, updated, deleted] = changes.map(({ projects }) => projects!);
    expect(created).toMatchObject({ count: 25, gained: 25, lost: 0 });
    expect(created!.sample).toHaveLength(10);
    expect(updated).toMatchObject({ count: 4, gained: 2, lost: 1 });
    expect(updated!.sample).toEqual(['acme/p0', 'acme/p1', 'acme/p2', 'acme/p3']);
    expect(deleted).toMatchObject({ count: 25, gained: 0, lost: 25 });
  });

  it('gives fields with the values before and after, and none where there is none', () => {
    const { changes } = preview(
      file(policy('A', '  description: null\n')),
      file(policy('A', '  description: words\n  metadata: {a: 1}\n')),
    );
    expect(changes[0]!.diff).toEqual([
      { path: '/description', before: null, after: 'words' },
      { path: '/metadata', after: { a: 1 } },
    ]);
  });

  it('shows a rename as one change, with the rest as it is', () => {
    const { changes } = preview(file(policy('Old', only(100))), file(policy('New', only(100))));
    expect(changes).toEqual([
      expect.objectContaining({
        kind: 'renamed',
        name: 'New',
        renamed_from: 'Old',
        diff: [{ path: '/name', before: 'Old', after: 'New' }],
        projects: expect.objectContaining({ count: 1, gained: 0, lost: 0 }),
      }),
    ]);
  });

  it('tells new warnings from those that the version before gave as well', () => {
    const { warnings } = preview(
      file(policy('A', '  odd: 1\n')),
      file(policy('A', '  odd: 1\n  colour: 2\n')),
    );
    expect(warnings.map((warning) => [warning.message, warning.new])).toEqual([
      ['"odd" of policy "A" is unknown.', false],
      ['"colour" of policy "A" is unknown.', true],
    ]);
  });

  it('changes nothing where the new version is invalid', () => {
    expect(preview(file(policy('A')), 'approval_policy: 1')).toMatchObject({
      valid: false,
      changes: [],
      errors: [{ line: 1, column: 1, message: 'The policy key "approval_policy" is no list.' }],
    });
  });

  it('does not claim to know projects without a directory, and says which ids a directory lacks', () => {
    expect(preview(file(), file(policy('A')), null).changes[0]!.projects).toBeNull();
    expect(preview(file(), file(policy('A', only(7)))).changes[0]!.projects).toMatchObject({
      count: 0,
      warnings: ['policy_scope names the unknown project 7.'],
    });
  });
});

describe('the preview in words', () => {
  const changed = preview(
    file(policy('A', '  description: one\n'), policy('Old')),
    file(
      policy('A', '  description: two\n').replace('commits: any}', 'commits: unsigned}, {type: x}'),
      policy('"New | `name`"'),
    ),
  );

  it('is readable on a terminal', () => {
    expect(previewText(changed, compared).split('\n')).toEqual([
      'policy.yml: 1a2b → 3c4d',
      '',
      '2 policies: 1 updated, 1 renamed',
      '  updated approval_policy "A", line 2',
      '    /rules/0/commits: "any" → "unsigned"',
      '    /rules/1: added {"type":"x"}',
      '    /description: "one" → "two"',
      '    rules: created rule 2, updated rule 1',
      expect.stringMatching(/^ {4}25 projects: acme\/p0, .*acme\/p9 and 15 more$/),
      '  renamed approval_policy "New | `name`" (was "Old"), line 6',
      expect.stringMatching(/^ {4}25 projects: /),
      '',
      '1 warning, 1 of them new',
      expect.stringMatching(/^ {2}4:\d+ "type" of rule 2 of policy "A" should be .* \(new\)$/),
    ]);
  });

  it('is Markdown that no name can break out of', () => {
    const lines = previewMarkdown(changed, compared).split('\n');
    expect(lines).toContain('### 2 policies: 1 updated, 1 renamed');
    expect(lines).toContain('- renamed `approval_policy` `` "New | `name`" `` (was `"Old"`), line 6');
    expect(lines.filter((line) => line.startsWith('- ') || line.startsWith('  - ')).length).toBe(9);
  });

  it('says so where nothing changes or the file is invalid', () => {
    expect(previewText(preview(file(policy('A')), file(policy('A'))), compared)).toContain(
      'No policy changes',
    );
    expect(previewText(preview(file(policy('A')), '['), compared)).toMatch(/The file is invalid.*\n {2}1:2 /);
  });
});
