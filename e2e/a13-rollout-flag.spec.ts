import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { topics } from '@auditmesh/events';
import { eventually } from '@auditmesh/testing';
import { report } from './support/enforcement-report.js';
import { approval, approvals, policyFile } from './support/policy-file.js';
import { lineOf, PolicyProject } from './support/policy-project.js';
import { TestMesh, type EventJson } from './support/test-mesh.js';

const FLAG = 'security_policy_audit_events';
let folder: string;
let mesh: TestMesh;
let acme: PolicyProject;
let globex: PolicyProject;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'auditmesh-flags-'));
  write({ state: 'on', percentage: 0, allow: [1] });
  mesh = await TestMesh.start({ FLAGS_FILE: join(folder, 'flags.yml') });
  await mesh.directory({
    namespaces: [
      { id: 1, path: 'acme' },
      { id: 9, path: 'globex' },
    ],
    projects: [
      { id: 42, path: 'acme/security-policies', namespace: 1 },
      { id: 92, path: 'globex/security-policies', namespace: 9 },
    ],
    policy_links: [
      { policy_project: 42, namespace: 1 },
      { policy_project: 92, namespace: 9 },
    ],
  });
  [acme, globex] = [new PolicyProject(mesh, 42), new PolicyProject(mesh, 92)];
});

afterAll(async () => {
  await mesh?.stop();
  rmSync(folder, { recursive: true });
});

interface Rule {
  state: 'on' | 'off';
  percentage?: number;
  allow?: number[];
}
const write = (rule: Rule) =>
  writeFileSync(join(folder, 'flags.yml'), stringify({ flags: { [FLAG]: rule } }));
const shown = (name: string) => mesh.metric('policy-sync', `auditmesh_flag_${name}`, `flag="${FLAG}"`);
const evaluations = (variant: string) =>
  mesh.metric('policy-sync', 'auditmesh_flag_evaluations_total', `flag="${FLAG}"`, `variant="${variant}"`);

/** Resolves when the running service shows the rule. */
async function roll(rule: Rule): Promise<void> {
  write(rule);
  const { state, allow = [], percentage = allow.length ? 0 : 100 } = rule;
  await eventually(async () =>
    expect([await shown('state'), await shown('percentage'), await shown('allowed_namespaces')]).toEqual([
      state === 'on' ? 1 : 0,
      percentage,
      allow.length,
    ]),
  );
}
const lines = (events: EventJson[]) => events.map(lineOf);
const file = (count: number, ...others: object[]) =>
  policyFile(approval('Two eyes', { actions: [approvals(count)] }), ...others);

describe('the flag security_policy_audit_events', () => {
  let pid: number | undefined;
  const heldBack = { push_id: 'held-back', content: file(2) };

  it('lets out the events of the root namespaces on its list, and holds back those of others', async () => {
    pid = mesh.mesh.process('policy-sync').pid;
    expect(lines(await acme.push(file(1)))).toEqual(['create Two eyes']);
    expect(
      await globex.pushAll([{ content: file(1) }, heldBack, { content: '[' }, { content: file(3) }]),
    ).toEqual([[], [], [], []]);
    const value = report('bypassed', 'Two eyes', { policy_project_id: 92, bypass_type: 'user' });
    await mesh.produce(topics.policyEnforcements, '92', [{ id: 'bypass', value }]);
    await mesh.settled();
    expect(await mesh.events('scope=globex')).toEqual([]);
    expect(await mesh.events('category=policy_change')).toHaveLength(2);
  });

  it('switched on without a restart gives only what changes from then on', async () => {
    await roll({ state: 'on', percentage: 0, allow: [1, 9] });
    expect(await globex.push(`# as it is\n${file(3)}`)).toEqual([]);
    const [event, ...others] = await globex.push(file(4));
    expect([lineOf(event!), others]).toEqual(['update Two eyes', []]);
    expect(event!.details.diff).toEqual([{ path: '/actions/0/approvals_required', before: 3, after: 4 }]);
    expect(mesh.mesh.process('policy-sync').pid).toBe(pid);
  });

  it('gives the events of a push that was held back when it comes again, once, and the state stays', async () => {
    const [event, ...others] = await globex.push(heldBack.content, heldBack);
    expect([lineOf(event!), others]).toEqual(['update Two eyes', []]);
    expect(event!.details.diff).toEqual([{ path: '/actions/0/approvals_required', before: 1, after: 2 }]);
    expect(await globex.push(heldBack.content, heldBack)).toHaveLength(1);
    const [next] = await globex.push(file(5));
    expect(next!.details.diff).toEqual([{ path: '/actions/0/approvals_required', before: 4, after: 5 }]);
  });

  it('switched off holds back everything, whoever is on the list', async () => {
    await roll({ state: 'off', allow: [1, 9] });
    expect([await acme.push(file(2)), await globex.push(file(6))]).toEqual([[], []]);
    await roll({ state: 'on' });
    expect(lines(await acme.push(file(2, approval('New'))))).toEqual(['create New']);
  });

  it('is seen in the metrics: how it stands, and how often it let out and held back', async () => {
    expect(await evaluations('allow_list')).toBeGreaterThanOrEqual(6);
    expect(await evaluations('not_selected')).toBeGreaterThanOrEqual(6);
    expect(await evaluations('off')).toBeGreaterThanOrEqual(2);
    const before = await evaluations('on');
    await acme.push(file(3, approval('New')));
    expect(await evaluations('on')).toBeGreaterThan(before);
    expect(await mesh.metric('policy-sync', 'auditmesh_flags_file_broken')).toBe(0);
  });

  it('stays as it is while its file is broken, which the metrics say', async () => {
    writeFileSync(join(folder, 'flags.yml'), 'flags: [');
    await eventually(async () =>
      expect(await mesh.metric('policy-sync', 'auditmesh_flags_file_broken')).toBe(1),
    );
    expect(lines(await acme.push(file(4, approval('New'))))).toEqual(['update Two eyes']);
  });

  it('has a written plan', () => {
    const plan = readFileSync(join(import.meta.dirname, '../docs/rollout.md'), 'utf8');
    for (const part of [FLAG, '## Stages', '## What to watch', '## The kill switch', '## Verify by hand'])
      expect(plan).toContain(part);
  });
});
