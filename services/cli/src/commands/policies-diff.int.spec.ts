import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PolicyRepository } from '@auditmesh/testing';

const run = promisify(execFile);
const main = join(import.meta.dirname, '../../dist/main.js');
const FILE = '.gitlab/security-policies/policy.yml';

const policy = (name: string, approvals = 1) =>
  `- name: ${name}\n  enabled: true\n  rules: [{type: any_merge_request, branches: [], commits: any}]\n` +
  `  actions: [{type: require_approval, approvals_required: ${approvals}}]\n`;
const file = (...policies: string[]) => `approval_policy:\n${policies.join('')}`;

let folder: string;
let repository: PolicyRepository;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auditmesh-diff-'));
  repository = new PolicyRepository(join(folder, 'policies'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Runs `auditmesh policies diff` outside any mesh. */
async function diff(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { PATH, HOME } = process.env;
  const words = [main, 'policies', 'diff', '--repo', repository.path, ...args];
  const env = { PATH, HOME, GIT_CONFIG_GLOBAL: '/dev/null' };
  try {
    const { stdout, stderr } = await run(process.execPath, words, { cwd: folder, env });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

const changesOf = (out: string) =>
  (JSON.parse(out) as { changes: { kind: string; name: string }[] }).changes.map(
    (c) => `${c.kind} ${c.name}`,
  );
const writeWorking = (content: string) => writeFileSync(join(repository.path, FILE), content);

describe('policies diff in a git repository', () => {
  it('compares a branch with where it left the default branch, not with what happened there since', async () => {
    repository.commit('Ann Lee', file(policy('A')));
    repository.branch('change');
    const head = repository.commit('Ben Okafor', file(policy('A', 2), policy('B')));
    repository.checkout('main');
    repository.commit('Ann Lee', file(policy('A'), policy('C', 3)));
    const { code, out } = await diff('--head', 'change', '--json');
    expect([code, changesOf(out)]).toEqual([0, ['updated A', 'created B']]);
    expect(JSON.parse(out)).toMatchObject({ head: head.slice(0, 12), valid: true, warnings: [] });
  });

  it('takes the working tree as the new version, committed or not', async () => {
    repository.commit('Ann Lee', file(policy('A')));
    expect((await diff('--exit-code')).code).toBe(0);
    writeWorking(file(policy('A', 2)));
    const { code, out } = await diff('--exit-code');
    expect(code).toBe(4);
    expect(out).toContain('/actions/0/approvals_required: 1 → 2');
    expect((await diff()).code).toBe(0);
  });

  it('exits with 1 where the new version is invalid, and says why and where', async () => {
    repository.commit('Ann Lee', file(policy('A')));
    writeWorking('approval_policy:\n- enabled: true\n');
    for (const format of ['text', 'markdown', 'json']) {
      const { code, out, err } = await diff('--format', format, '--exit-code');
      expect([code, err]).toEqual([1, '']);
      expect(out).toContain('A policy has no name.');
    }
  });

  it('compares with the last valid version where the one before is invalid', async () => {
    const valid = repository.commit('Ann Lee', file(policy('A')));
    repository.commit('Ann Lee', 'approval_policy: [');
    writeWorking(file(policy('A', 2)));
    const { out } = await diff('--json');
    expect(changesOf(out)).toEqual(['updated A']);
    expect(JSON.parse(out)).toMatchObject({ base: valid.slice(0, 12) });
  });

  it('takes a removed file for the deletion of all policies, and a new one for their creation', async () => {
    const empty = repository.commit('Ann Lee', 'nothing yet', 'README.md');
    const full = repository.commit('Ann Lee', file(policy('A'), policy('B')));
    expect(changesOf((await diff('--base', empty, '--head', full, '--json')).out)).toEqual([
      'created A',
      'created B',
    ]);
    repository.commit('Ann Lee', null);
    expect(changesOf((await diff('--base', full, '--json')).out)).toEqual(['deleted A', 'deleted B']);
  });

  it('tells the projects by the directory file', async () => {
    repository.commit('Ann Lee', file(policy('A')));
    writeWorking(file(policy('A', 2)));
    const directory = join(folder, 'directory.yml');
    writeFileSync(
      directory,
      'namespaces: [{id: 1, path: acme}]\nprojects: [{id: 70, path: acme/shop, namespace: 1}]\npolicy_links: [{policy_project: 42, namespace: 1}]\n',
    );
    const { out } = await diff('--directory', directory, '--policy-project', '42', '--format', 'markdown');
    expect(out).toContain('  - 1 project: `acme/shop`');
    expect((await diff('--directory', directory)).code).toBe(2);
    writeFileSync(directory, 'projects: [{id: 70}]\n');
    const broken = await diff('--directory', directory, '--policy-project', '42');
    expect([broken.code, broken.err]).toEqual([
      3,
      expect.stringContaining('Entry 1 of projects lacks its numbers or its path.'),
    ]);
  });

  it.each([
    ['a commit that is not there', ['--head', 'nowhere'], 'has no commit nowhere'],
    ['a file that never was', ['--file', 'nothing.yml'], 'There is no nothing.yml before or after'],
    ['an option taken for a commit', ['--base', '--all'], 'has no commit --all'],
    ['a folder without a repository', ['--repo', tmpdir()], 'is no git repository'],
  ])('exits with 3 and a sentence for %s', async (_, args, sentence) => {
    repository.commit('Ann Lee', file(policy('A')));
    const { code, out, err } = await diff(...args);
    expect([code, out, err]).toEqual([3, '', expect.stringContaining(sentence)]);
  });
});
