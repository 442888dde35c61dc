import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openPromise } from 'yauzl';
import { compliance, merge, transition, violations } from './support/compliance.js';
import { TestMesh } from './support/test-mesh.js';

const run = promisify(execFile);
let mesh: TestMesh;
/** Between the steps of the story, as the api gives times. */
const moments: string[] = [];
const moment = async (): Promise<void> => void moments.push((await compliance(mesh, 70)).at);

beforeAll(async () => {
  mesh = await TestMesh.start();
  const projects = [{ id: 70, path: 'acme/ledger', namespace: 1 }];
  await mesh.directory({ namespaces: [{ id: 1, path: 'acme' }], projects });
  await moment();
  await mesh.directory({
    frameworks: [
      {
        ...{ id: 3, namespace: 1, name: 'SOC 2', projects: [70] },
        requirements: [{ id: 31, name: 'Four eyes', controls: ['minimum_approvals_required_2'] }],
      },
    ],
  });
  await moment();
  await merge(mesh, 70);
  await moment();
  await merge(mesh, 70, ['ben']);
  await moment();
  const [violation] = await violations(mesh, 'project=70');
  expect(await transition(mesh, violation!, 'resolved', 'Looked at afterwards')).toBe(202);
  await moment();
  await merge(mesh, 70, []);
  await moment();
  await mesh.directory({
    frameworks: [{ id: 3, namespace: 1, name: 'SOC 2', projects: [], requirements: [] }],
  });
  await moment();
});

afterAll(() => mesh?.stop());

const statusAt = async (time: string): Promise<string> => {
  const { frameworks } = await compliance(mesh, 70, time);
  return frameworks[0]?.requirements[0]?.status ?? 'nothing required';
};

describe('the history of a project', () => {
  const story = ['nothing required', 'pending', 'pass', 'fail', 'pass', 'fail', 'nothing required'];

  it('says at any past time how the project stood', async () => {
    expect(await Promise.all(moments.map(statusAt))).toEqual(story);
  });

  it('says since when, and how many violations were open', async () => {
    const { frameworks } = await compliance(mesh, 70, moments[3]);
    const [first, second] = await violations(mesh, 'project=70');
    const requirement = frameworks[0]!.requirements[0]!;
    expect(requirement).toMatchObject({ since: first!.detected_at, open_violations: 1 });
    const later = (await compliance(mesh, 70, moments[5])).frameworks[0]!.requirements[0]!;
    expect(later).toMatchObject({ since: second!.detected_at, open_violations: 1 });
  });

  it('gives every run of a status, end to end', async () => {
    const { body } = await mesh.call<{ items: { status: string; from: string; to: string }[] }>(
      'GET',
      '/api/v1/projects/70/compliance/history',
    );
    expect(body.items.map(({ status }) => status)).toEqual(story.slice(1, -1));
    expect(body.items.slice(1).map(({ from }) => from)).toEqual(body.items.slice(0, -1).map(({ to }) => to));
  });

  it('refuses to tell of the future', async () => {
    const { status } = await mesh.call('GET', '/api/v1/projects/70/compliance?at=2999-01-01');
    expect(status).toBe(400);
  });

  it('agrees with the table of statuses', async () => {
    const rows = 'SELECT status FROM trail.project_requirement_compliance_status';
    expect(await mesh.query(rows)).toEqual([]);
    await mesh.directory({
      frameworks: [
        {
          ...{ id: 3, namespace: 1, name: 'SOC 2', projects: [70] },
          requirements: [{ id: 31, name: 'Four eyes', controls: ['minimum_approvals_required_2'] }],
        },
      ],
    });
    expect(await statusAt('')).toBe('fail');
    expect(await mesh.query(rows)).toEqual([{ status: 1 }]);
  });

  it('says what violated when, as a file of all of it and as figures', async () => {
    const response = await fetch(`${mesh.mesh.url('api')}/api/v1/violations/export?framework=3`, {
      headers: { authorization: `Bearer ${mesh.mesh.run.api_token}` },
    });
    expect((await response.text()).trim().split('\r\n')).toHaveLength(3);
    const { body } = await mesh.call<{ items: { intervals: Record<string, number>[] }[] }>(
      'GET',
      '/api/v1/violations/statistics?group_by=framework',
    );
    expect(body.items[0]!.intervals.at(-1)).toMatchObject({ opened: 2, resolved: 1, open: 1 });
  });

  it('is handed out as one file, which anyone can check with openssl', async () => {
    const file = join(mesh.folder, 'evidence.zip');
    await mesh.cli('evidence', '--framework', '3', '--from', moments[0]!, '--output', file);
    const zip = await openPromise(file);
    for await (const entry of zip.eachEntry())
      writeFileSync(join(mesh.folder, entry.fileName), await buffer(await zip.openReadStreamPromise(entry)));
    const inside = (...args: string[]) => run(args[0]!, args.slice(1), { cwd: mesh.folder });
    const check = ['openssl', 'pkeyutl', '-verify', '-pubin', '-inkey', 'public-key.pem', '-rawin'];
    const files = ['-in', 'manifest.json', '-sigfile', 'manifest.json.sig'];
    expect((await inside(...check, ...files)).stdout).toContain('Signature Verified Successfully');
    const read = (name: string) => readFileSync(join(mesh.folder, name), 'utf8').trim().split(/\r?\n/);
    const statuses = read('status.csv')
      .slice(1)
      .map((line) => line.split(',')[4]);
    expect(statuses.slice(0, 5)).toEqual(story.slice(1, -1));
    const told = read('violations.jsonl').map((line) => JSON.parse(line));
    expect(told.map(({ status }) => status).toSorted()).toEqual(['detected', 'resolved']);
    expect(told.every(({ audit_event }) => audit_event.type === 'merge_request_merged')).toBe(true);
  });
});
