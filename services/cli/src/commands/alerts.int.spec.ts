import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = join(import.meta.dirname, '../../dist/main.js');
const rule = `name: many
description: Somebody reads too much
severity: critical
kind: count
by: secret
threshold: 3
window: 1m
clear_after: 10m
`;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auditmesh-rules-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs `auditmesh alerts …`. */
function alerts(args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'alerts', ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
  });
  return { status, stdout, stderr };
}

describe('auditmesh alerts check', () => {
  it('exits with 0 for the rules that come with the mesh', () => {
    const { status, stdout } = alerts(['check', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ files: 4, rules: { length: 4 }, problems: [] });
  });

  it('exits with 1 where a rule does not load, and names file, line and column', () => {
    writeFileSync(join(folder, 'many.yml'), rule.replace('3', 'three'));
    const { status, stdout } = alerts(['check', folder]);
    expect(status).toBe(1);
    expect(stdout).toContain(`${join(folder, 'many.yml')}:6:12: threshold must be integer.`);
    const json = alerts(['check', folder, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ problems: [{ file: 'many.yml', line: 6, column: 12 }] });
    expect(json).toMatchObject({ status: 1, stderr: '' });
  });

  it('exits with 1 for a folder without rules, and with 3 for none', () => {
    expect(alerts(['check', folder]).status).toBe(1);
    expect(alerts(['check', join(folder, 'no')])).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('cannot be read'),
    });
  });
});

describe('auditmesh alerts list', () => {
  it('has the rules of the configured folder', () => {
    writeFileSync(join(folder, 'many.yml'), rule);
    const { rules } = JSON.parse(alerts(['list', '--json'], { ALERT_RULES_FOLDER: folder }).stdout);
    expect(rules).toMatchObject([{ name: 'many', severity: 'critical', threshold: 3, windowMs: 60_000 }]);
    expect(alerts(['list']).stdout).toContain('4 alert rules.');
  });
});
