import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = join(import.meta.dirname, '../../dist/main.js');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auditmesh-controls-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs `auditmesh controls …`. */
function controls(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'controls', ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  return { status, stdout, stderr };
}
/** Writes a file into the folder. @returns its path */
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const control = (name: string, expression: string) =>
  file(
    `${name}.yml`,
    `name: ${name}\ntitle: Theirs\ndescription: A control of their own\nevaluated: events\ntriggers: [merge_request_merged]\nexpression: ${expression}\nseverity: low\n`,
  );

describe('auditmesh controls check', () => {
  it('exits with 0 for our own controls and for a folder in which all load', () => {
    expect(controls('check')).toMatchObject({ status: 0, stdout: '61 of 61 controls load.\n', stderr: '' });
    control('four_eyes', 'size(event.details.approvers) >= 2');
    control('minimum_approvals_required_1', 'size(event.details.approvers) >= 1');
    const { status, stdout } = controls('check', folder, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      folder,
      files: 2,
      controls: ['four_eyes', 'minimum_approvals_required_1'],
      also_ours: ['minimum_approvals_required_1'],
      problems: [],
      in_vain: [],
    });
  });

  it('exits with 1 where one does not, and names the file, the line, the column and the reason', () => {
    const bad = control('bad', 'size(event.details.aprovers) >= 2');
    control('good', 'size(event.details.approvers) >= 2');
    const { status, stdout } = controls('check', folder);
    expect(status).toBe(1);
    expect(stdout).toContain(
      `${bad}:6:18: There is no field "aprovers" in event.details; "approvers" may be meant.`,
    );
    expect(stdout).toContain('1 of 2 controls load.');
    expect(JSON.parse(controls('check', folder, '--json').stdout)).toMatchObject({
      problems: [{ file: 'bad.yml', line: 6, column: 18 }],
    });
  });

  it('exits with 1 for a folder without controls, and with 3 for none', () => {
    expect(controls('check', folder).status).toBe(1);
    expect(controls('check', join(folder, 'no'))).toMatchObject({ status: 3, stdout: '' });
  });
});

describe('auditmesh controls list and show', () => {
  it('tell how each is evaluated', () => {
    const all = JSON.parse(controls('list', '--json').stdout) as { controls: { evaluated: string }[] };
    expect(all.controls).toHaveLength(61);
    expect(JSON.parse(controls('list', '--evaluated', 'events', '--json').stdout).controls).toHaveLength(4);
    expect(controls('list', '--evaluated', 'nonsense').status).toBe(2);
    expect(JSON.parse(controls('show', 'scanner_sast_running', '--json').stdout)).toMatchObject({
      expression: 'project.settings.scanner_sast_running == true',
      resolves_when: 'passes',
      triggers: ['project_settings_updated'],
      reads: ['project.settings.scanner_sast_running'],
    });
    expect(controls('show', 'nonsense')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('controls list'),
    });
  });

  it('leave nothing out of a folder without saying why', () => {
    const bad = control('bad', 'size(event.details.aprovers) >= 2');
    control('good', 'size(event.details.approvers) >= 2');
    const { status, stdout } = controls('list', '--folder', folder);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^good /);
    expect(stdout).toContain(`${bad}:6:18: There is no field "aprovers"`);
  });
});

describe('auditmesh controls test', () => {
  it('tries a control on events of files and examples, and tells the worst by its exit code', () => {
    const merge = (approvers: unknown) => ({ type: 'merge_request_merged', id: 'm', details: { approvers } });
    const two = control('four_eyes', 'size(event.details.approvers) >= 2');
    const good = file('good.json', JSON.stringify(merge(['ann', 'ben'])));
    const mixed = file('mixed.json', JSON.stringify([merge(['ann', 'ben']), merge(null)]));
    expect(controls('test', two, '--event', good).status).toBe(0);
    expect(controls('test', two, '--event', good, mixed).status).toBe(4);
    expect(controls('test', two, '--example', 'secret_read').status).toBe(4);
    const { status, stdout } = controls(
      'test',
      two,
      '--event',
      mixed,
      '--example',
      'merge_request_merged',
      '--json',
    );
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      control: 'four_eyes',
      result: 'fail',
      trials: [
        { result: 'pass', values: { 'event.details.approvers': ['ann', 'ben'] } },
        { result: 'indeterminate', reason: 'event.details.approvers is missing.' },
        { result: 'fail' },
      ],
    });
  });

  it('tries a control of settings on the projects of a directory file', () => {
    const directory = file(
      'directory.yml',
      'projects:\n  - {id: 1, path: a/b, namespace: 9, settings: {force_push_disabled: true}}\n  - {id: 2, path: a/c, namespace: 9, settings: {force_push_disabled: false}}\n',
    );
    const test = (...more: string[]) =>
      controls('test', 'force_push_disabled', '--directory', directory, ...more);
    expect(test().status).toBe(1);
    expect(test('--project', '1').status).toBe(0);
    expect(test('--project', '2', '--example', 'project_settings_updated').status).toBe(1);
    expect(test('--project', '3').status).toBe(1);
  });

  it('says what is missing where it was called wrongly', () => {
    expect(controls('test', 'force_push_disabled')).toMatchObject({ status: 2, stdout: '' });
    expect(controls('test', 'status_page_configured', '--example', 'secret_read').status).toBe(1);
    expect(controls('test', 'force_push_disabled', '--event', join(folder, 'no.json')).status).toBe(3);
    expect(controls('test', 'force_push_disabled', '--event', file('odd.json', '{"a": 1}')).status).toBe(1);
  });
});
