import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = join(import.meta.dirname, '../../dist/main.js');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auditmesh-types-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs `auditmesh catalog …`. */
function catalog(args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'catalog', ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
  });
  return { status, stdout, stderr };
}
const type = (name: string, more = '') =>
  writeFileSync(
    join(folder, `${name}.yml`),
    `---\nname: ${name}\ndescription: A thing of theirs\nintroduced_by_mr: -\ngroup: compliance\nsaved_to_database: true\nstreamed: true\nscope: [Group]\n${more}`,
  );

describe('auditmesh catalog check', () => {
  it('exits with 0 for our own types and for a folder in which all load', () => {
    expect(catalog(['check']).status).toBe(0);
    type('wiki_page_created', 'compliance_controls: [x, x]\n');
    type('secret_read');
    const { status, stdout } = catalog(['check', folder, '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      folder,
      files: 2,
      types: ['secret_read', 'wiki_page_created'],
      also_ours: ['secret_read'],
      problems: [],
    });
  });

  it('exits with 1 where one does not, and names the file, the line and what to do', () => {
    type('good');
    type('bad', 'streamed: perhaps\n');
    const { status, stdout } = catalog(['check', folder]);
    expect(status).toBe(1);
    expect(stdout).toContain(`${join(folder, 'bad.yml')}:9: streamed is "perhaps", no boolean. Write`);
    const json = catalog(['check', folder, '--json']);
    expect(json).toMatchObject({ status: 1, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({ files: 2, problems: [{ file: 'bad.yml', line: 9 }] });
  });

  it('exits with 1 for a folder without type files, and with 3 for none', () => {
    expect(catalog(['check', folder]).status).toBe(1);
    expect(catalog(['check', join(folder, 'no')])).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('cannot be read'),
    });
  });
});

describe('auditmesh catalog list', () => {
  it('has our types and those of the configured folder, and filters by category', () => {
    type('wiki_page_created');
    const all = JSON.parse(catalog(['list', '--json'], { CATALOG_FOLDER: folder }).stdout).types;
    const find = (name: string) => all.find((each: { name: string }) => each.name === name);
    expect(find('wiki_page_created')).toMatchObject({ category: 'activity', origin: 'folder' });
    expect(find('merge_request_merged')).toMatchObject({ origin: 'auditmesh', controls: { length: 4 } });
    const policy = JSON.parse(catalog(['list', '--category', 'policy_change', '--json']).stdout).types;
    expect(policy.map((each: { name: string }) => each.name)).toContain('policy_project_updated');
    expect(new Set(policy.map((each: { category: string }) => each.category))).toEqual(
      new Set(['policy_change']),
    );
    expect(catalog(['list', '--category', 'nonsense']).status).toBe(2);
  });
});

describe('auditmesh catalog show', () => {
  it('prints an example event, also for a type of the folder', () => {
    type('wiki_page_created');
    const show = (name: string) => catalog(['show', name, '--json'], { CATALOG_FOLDER: folder });
    expect(JSON.parse(show('secret_read').stdout)).toMatchObject({
      type: { category: 'secret_access' },
      emitted: expect.any(String),
      example: { type: 'secret_read', details: { access_type: 'read' } },
    });
    expect(JSON.parse(show('wiki_page_created').stdout)).toMatchObject({
      emitted: null,
      example: { type: 'wiki_page_created', scope: { type: 'group' } },
    });
    expect(show('no_such_type')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('catalog list'),
    });
  });
});
