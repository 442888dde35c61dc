import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually, PolicyRepository } from '@auditmesh/testing';
import { TestMesh, type EventJson } from './support/test-mesh.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'auditmesh-flags-'));
const flagsFile = join(folder, 'flags.yml');
let mesh: TestMesh;

/** Lets the events of these root namespaces pass, and no others. */
const allow = (...namespaces: number[]) =>
  writeFileSync(
    flagsFile,
    `flags: {security_policy_audit_events: {state: on, percentage: 0, allow: [${namespaces}]}}\n`,
  );

const allowed = () => mesh.metric('policy-sync', 'auditmesh_flag_allowed_namespaces');

beforeAll(async () => {
  allow(2);
  mesh = await TestMesh.start({ FLAGS_FILE: flagsFile });
  await mesh.directory({
    namespaces: [
      { id: 1, path: 'held' },
      { id: 2, path: 'free' },
      { id: 3, path: 'imported' },
    ],
    projects: [
      { id: 42, path: 'held/policies', namespace: 1 },
      { id: 43, path: 'free/policies', namespace: 2 },
      { id: 44, path: 'imported/policies', namespace: 3 },
      { id: 70, path: 'held/app', namespace: 1 },
      { id: 80, path: 'free/app', namespace: 2 },
    ],
    policy_links: [
      { policy_project: 42, namespace: 1 },
      { policy_project: 43, namespace: 2 },
      { policy_project: 44, namespace: 3 },
    ],
  });
});

afterAll(async () => {
  await mesh?.stop();
  rmSync(folder, { recursive: true });
});

const policy = (name: string, approvals: number) =>
  `- {name: ${name}, enabled: true, rules: [{type: any_merge_request, branch_type: protected, commits: any}], actions: [{type: require_approval, approvals_required: ${approvals}, role_approvers: [maintainer]}]}\n`;
const file = (...policies: string[]) => `approval_policy:\n${policies.join('')}`;
const versions = [
  file(policy('A', 1)),
  file(policy('A', 2), policy('B', 1)),
  'approval_policy: [',
  file(policy('B', 1)),
];

interface Pushed {
  known: boolean;
  held_back: boolean;
  events: number;
}

const push = (project: number, n: number, content: string) =>
  mesh.cli<Pushed>(
    'policies',
    'push',
    ...['--policy-project', String(project), '--file', mesh.write('policy.yml', content)],
    ...['--push-id', `push ${n}`, '--author-name', 'Ann Lee', '--author-email', 'ann@example.com'],
  );

const backfill = (...args: string[]) => mesh.cli('policies', 'backfill', ...args);
/** The exit code of a command that fails, and what it said to people or to scripts. */
async function failing(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const main = join(import.meta.dirname, '../services/cli/dist/main.js');
  const env = { ...process.env, ...mesh.environment };
  try {
    await run(process.execPath, [main, ...args], { cwd: mesh.folder, env });
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
  throw new Error('the command did not fail');
}

const events = (project: number) => mesh.events(`scope=project:${project}`);
/** All that must be the same in two policy projects with the same history. */
const essence = ({ type, message, actor, target, details, consolidation }: EventJson) => ({
  ...{ type, message, actor: actor.name, target: target.name?.replace(/^(held|free)/, '…') },
  ...{ push: details.push_id, diff: details.diff, errors: details.errors },
  affected: consolidation?.affected_projects_count,
});
const byContent = (list: EventJson[]) => list.map((event) => JSON.stringify(essence(event))).toSorted();

describe('the rollout flag', () => {
  it('holds events back, and the command line says so', async () => {
    for (const [n, content] of versions.entries()) {
      expect(await push(42, n, content)).toMatchObject({ known: false, held_back: true, events: 0 });
      expect(await push(43, n, content)).toMatchObject({ known: false, held_back: false });
    }
    expect(await push(42, 0, versions[0]!)).toMatchObject({ known: false, held_back: true });
    expect(await events(42)).toEqual([]);
    expect(await events(43)).toHaveLength(6);
    expect(await mesh.metric('policy-sync', 'auditmesh_rollout_held_back_total', 'kind="push"')).toBe(
      versions.length,
    );
  });

  it('still holds them back when they come again before it is on', async () => {
    expect(await backfill('--dry-run')).toMatchObject({ held_back: 4, expired: [] });
    const { code, stdout } = await failing('policies', 'backfill', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ held_back: 4, emitted: 0, events: 0, expired: [] });
    expect(await failing('policies', 'backfill', '--policy-project', '42')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('still off for the root namespace of policy project 42'),
    });
    expect(await events(42)).toEqual([]);
  });

  it('lets a backfill emit exactly what would have been emitted, once', async () => {
    allow(1, 2);
    await eventually(async () => expect(await allowed()).toBe(2));
    const last = file(policy('B', 3));
    expect(await push(42, 9, last)).toMatchObject({ held_back: false, events: 1 });
    await push(43, 9, last);
    expect(await events(42)).toHaveLength(1);

    expect(await backfill('--policy-project', '42')).toMatchObject({
      ...{ held_back: 4, emitted: 4, events: 6, still_held_back: [], expired: [], searchable: true },
    });
    const after = await events(42);
    expect(byContent(after)).toEqual(byContent(await events(43)));
    expect(after.map(({ details }) => details.push_id)).toEqual(
      (await events(43)).map(({ details }) => details.push_id),
    );
    expect(await backfill()).toMatchObject({ held_back: 0, emitted: 0, events: 0 });
    expect(await push(42, 0, versions[0]!)).toMatchObject({ known: true });
    expect(await events(42)).toEqual(after);
  });

  it('lets an import that was held back be repeated when it is on', async () => {
    const repository = new PolicyRepository(join(mesh.folder, 'repository'));
    repository.commit('Ann Lee', versions[0]!);
    repository.commit('Ben Okafor', versions[1]!);
    const importAll = () =>
      mesh.cli('policies', 'import', '--repo', repository.path, '--policy-project', '44');
    expect(await importAll()).toMatchObject({ pushed: 2, known: 0, held_back: 2, events: 0 });
    expect(await events(44)).toEqual([]);

    allow(1, 2, 3);
    await eventually(async () => expect(await allowed()).toBe(3));
    expect(await importAll()).toMatchObject({ pushed: 2, known: 0, held_back: 0, events: 3 });
    expect(await importAll()).toMatchObject({ pushed: 0, known: 2, held_back: 0, events: 0 });
    expect((await events(44)).map(({ type, actor }) => `${type} by ${actor.name}`).toSorted()).toEqual([
      'security_policy_create by Ann Lee',
      'security_policy_create by Ben Okafor',
      'security_policy_update by Ben Okafor',
    ]);
  });
});
