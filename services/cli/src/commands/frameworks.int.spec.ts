import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadLetters, topics } from '@auditmesh/events';
import { runProgram, ServiceProcess, TestKafka, TestPostgres } from '@auditmesh/testing';

const main = join(import.meta.dirname, '../../dist/main.js');
const token = 'a token for the tests only';
let folder: string;
let kafka: TestKafka;
let postgres: TestPostgres;
let projector: ServiceProcess;
let api: ServiceProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'auditmesh-frameworks-'));
  kafka = new TestKafka();
  postgres = await TestPostgres.create();
  await kafka.create(Object.values(topics), deadLetters.groups);
  const environment = { ...kafka.environment, DATABASE_URL: postgres.url, API_TOKEN: token };
  await runProgram('projector', 'migrate.main.js', environment);
  await runProgram('api', 'migrate.main.js', environment);
  projector = await ServiceProcess.start('projector', environment);
  api = await ServiceProcess.start('api', environment);
  const directory = file(
    'directory.yml',
    'namespaces: [{id: 1, path: acme}, {id: 2, path: acme/payments, parent: 1}]\nprojects: [{id: 70, path: acme/payments/ledger, namespace: 2}, {id: 71, path: acme/site, namespace: 1}]\n',
  );
  expect(auditmesh('directory', 'import', directory)).toMatchObject({ status: 0 });
});

afterAll(async () => {
  await api?.stop();
  await projector?.stop();
  await postgres?.drop();
  rmSync(folder, { recursive: true });
});

function auditmesh(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    cwd: folder,
    env: { PATH: process.env.PATH, ...kafka.environment, API_URL: api.url, API_TOKEN: token },
  });
  return { status, stdout, stderr };
}
/** The JSON that a command prints. */
function json(...args: string[]) {
  const { stdout, stderr } = auditmesh(...args, '--json');
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout);
}
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const control = (expression: string) =>
  `name: four_eyes\ntitle: Four eyes\ndescription: Somebody else approves.\nevaluated: events\ntriggers: [merge_request_merged]\nexpression: ${expression}\nseverity: low\n`;

describe('auditmesh frameworks', () => {
  it('creates, assigns, lists, shows and deletes', () => {
    const soc2 = file(
      'soc2.yml',
      'name: SOC 2\nrequirements:\n  - {name: Four eyes, controls: [minimum_approvals_required_2]}\n',
    );
    const { id } = json(
      'frameworks',
      'create',
      '--namespace',
      '1',
      '--file',
      soc2,
      '--color',
      '#1f75cb',
    ).framework;
    expect(auditmesh('frameworks', 'list').stdout).toContain(
      `${id}  SOC 2 (namespace 1): 1 requirements; assigned to nothing\n1 frameworks.`,
    );
    for (const to of [['--project', '71'], ['--group', '2'], ['--by-default']])
      expect(auditmesh('frameworks', 'assign', String(id), ...to)).toMatchObject({ status: 0, stderr: '' });
    expect(json('frameworks', 'list', '--project', '70').frameworks).toHaveLength(1);
    expect(auditmesh('frameworks', 'show', String(id)).stdout).toMatch(
      /assigned to 1 projects, groups 2, by default\n {2}\d+ {2}Four eyes: minimum_approvals_required_2\n/,
    );
    for (const from of [['--project', '71'], ['--group', '2'], ['--by-default']])
      auditmesh('frameworks', 'unassign', String(id), ...from);
    expect(json('frameworks', 'show', String(id)).framework).toMatchObject({
      ...{ projects: [], groups: [], by_default: false, color: '#1f75cb' },
    });
    expect(auditmesh('frameworks', 'assign', String(id))).toMatchObject({ status: 2 });
    expect(auditmesh('frameworks', 'delete', String(id)).status).toBe(0);
    const gone = auditmesh('frameworks', 'show', String(id));
    expect([gone.status, gone.stderr]).toEqual([1, expect.stringContaining(`There is no framework ${id}.`)]);
  });
});

describe('auditmesh controls', () => {
  it('adds a control to a root namespace, changes it, and removes it', () => {
    const path = file('four_eyes.yml', control('event.details.approval_count >= 1'));
    expect(auditmesh('controls', 'add', path, '--namespace', '1')).toMatchObject({
      ...{ status: 0, stdout: 'The namespace 1 has the control four_eyes.\n' },
    });
    file('four_eyes.yml', control('event.details.aproval_count >= 1'));
    const wrong = auditmesh('controls', 'add', path, '--namespace', '1');
    expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining('line 6, column')]);
    expect(auditmesh('controls', 'remove', 'four_eyes', '--namespace', '1').status).toBe(0);
    expect(auditmesh('controls', 'remove', 'four_eyes', '--namespace', '1').status).toBe(1);
  });

  it('tries a control on the past, with the projects as they stood', async () => {
    let count = 0;
    const merged = async (project: number, approvals: number, at: string) => {
      const response = await fetch(`${api.url}/api/v1/audit-events?wait=projected`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'idempotency-key': `merge-${count++}`,
        },
        body: JSON.stringify({
          ...{
            type: 'merge_request_merged',
            occurred_at: at,
            message: 'Merged',
            actor: { type: 'user', name: 'Ann' },
          },
          ...{ scope: { type: 'project', id: String(project) }, target: { type: 'merge_request', id: '7' } },
          details: { approval_count: approvals },
        }),
      });
      expect(response.status).toBe(202);
    };
    await merged(70, 2, '2026-11-01T10:00:00Z');
    await merged(70, 0, '2026-11-02T10:00:00Z');
    await merged(71, 0, '2026-11-03T10:00:00Z');
    await merged(71, 0, '2026-10-01T10:00:00Z');
    const path = file('four_eyes.yml', control('event.details.approval_count >= 1'));
    const backtest = (...args: string[]) =>
      json('controls', 'backtest', path, '--from', '2026-11-01', ...args);
    const all = backtest();
    expect(all).toMatchObject({
      control: 'four_eyes',
      events: 3,
      pass: 1,
      fail: 2,
      indeterminate: 0,
      as_now: 3,
    });
    expect(all.violations.map((each: { project: object }) => each.project)).toEqual([
      { id: 70, path: 'acme/payments/ledger' },
      { id: 71, path: 'acme/site' },
    ]);
    expect(backtest('--project', '70')).toMatchObject({ pass: 1, fail: 1 });
    expect(backtest('--namespace', '2', '--to', '2026-11-02')).toMatchObject({ pass: 1, fail: 0 });
    const { stdout } = auditmesh('controls', 'backtest', path, '--from', '2026-11-01');
    expect(stdout).toContain('2026-11-02T10:00:00.000000Z  acme/payments/ledger  merge_request_merged');
    expect(stdout).toContain('four_eyes on 3 events: 1 pass, 2 fail, 0 have no answer.');
    expect(auditmesh('controls', 'backtest', path, '--from', 'yesterday').status).toBe(2);
  });
});
