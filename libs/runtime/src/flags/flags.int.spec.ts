import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@auditmesh/testing';
import { OpenFeature } from '@openfeature/server-sdk';
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { metrics } from '../metrics.js';
import { FlagFileProvider } from './flag-file-provider.js';
import { Flags } from './flags.js';

const FLAG = 'security_policy_audit_events';
const rule = (fields: string) => `flags:\n  ${FLAG}: {${fields}}\n`;
const ON = { on: true, variant: 'on' };
const OFF = { on: false, variant: 'off' };

let folder: string;
let file: string;
let flags: Flags | undefined;
let logged: { level: number; msg: string; faults?: unknown }[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flags-'));
  file = join(folder, 'flags.yml');
  logged = [];
});

afterEach(async () => {
  flags?.close();
  await rm(folder, { recursive: true });
});

async function open(): Promise<Flags> {
  const log = pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) });
  flags = await Flags.open({ file, log, pollMs: 10 });
  return flags;
}

const evaluated = (expected: object, id: string | null = '7') =>
  eventually(() => expect(flags!.evaluate(FLAG, id)).toEqual(expected));
const faults = () => flags!.state().faults;
const errors = () => logged.filter(({ level }) => level === 50);

async function metric(name: string, labels: Record<string, string>): Promise<number | undefined> {
  const { values } = await metrics.getSingleMetric(name)!.get();
  return values.find((v) => Object.entries(labels).every(([label, value]) => v.labels[label] === value))
    ?.value;
}

describe('the flags of a file', () => {
  it('change without a restart, and the kill switch wins', async () => {
    await writeFile(file, rule('state: on, allow: [7]'));
    await open();
    expect(flags!.evaluate(FLAG, '7')).toEqual({ on: true, variant: 'allow_list' });
    expect(flags!.evaluate(FLAG, '8')).toEqual({ on: false, variant: 'not_selected' });
    await writeFile(file, rule('state: on, percentage: 100'));
    await evaluated(ON, '8');
    await writeFile(file, rule('state: off, percentage: 100, allow: [7]'));
    await evaluated(OFF);
    expect(errors()).toEqual([]);
  });

  it('follow a ConfigMap, whose files are links through a folder that is swapped', async () => {
    const version = async (name: string, text: string) => {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'flags.yml'), text);
      await symlink(name, join(folder, '..data_tmp'));
      await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    await version('..1', rule('state: on'));
    await symlink(join('..data', 'flags.yml'), file);
    await open();
    expect(flags!.evaluate(FLAG, null)).toEqual(ON);
    await version('..2', rule('state: off'));
    await rm(join(folder, '..1'), { recursive: true });
    await evaluated(OFF);
    await version('..3', rule('state: on'));
    await rm(join(folder, '..2'), { recursive: true });
    await evaluated(ON);
  });

  it('stay as they were while the file is broken, with one error that says where, and recover', async () => {
    await writeFile(file, rule('state: off'));
    await open();
    const loadedAt = flags!.state().loaded_at;
    await writeFile(file, `# changed\nflags:\n  ${FLAG}:\n    state: on\n    percentage: 5%\n`);
    await eventually(() => expect(faults()).toHaveLength(1));
    expect(faults()[0]).toMatchObject({ line: 5 });
    expect(flags!.evaluate(FLAG, '7')).toEqual(OFF);
    expect(flags!.state().loaded_at).toBe(loadedAt);
    expect(await metric('auditmesh_flags_file_broken', { file })).toBe(1);
    expect(errors().map(({ msg }) => msg)).toEqual([
      `the flags file is not usable; mend it, until then the rules in force stay: line 5: ${FLAG}: \`percentage\` must be a number from 0 to 100, without %`,
    ]);

    await writeFile(file, rule('state: on'));
    await evaluated(ON);
    expect(faults()).toEqual([]);
    expect(await metric('auditmesh_flags_file_broken', { file })).toBe(0);
    expect(await metric('auditmesh_flags_loaded_timestamp_seconds', { file })).toBe(
      Date.parse(flags!.state().loaded_at!) / 1000,
    );
  });

  it('stay as they were when the file goes away', async () => {
    await writeFile(file, rule('state: off'));
    await open();
    await unlink(file);
    await eventually(() => expect(faults()).toEqual([{ line: null, message: 'the file is not there' }]));
    expect(flags!.evaluate(FLAG, '7')).toEqual(OFF);
    expect(errors()).toHaveLength(1);
  });

  it('have their defaults, with a warning, until a file appears', async () => {
    await open();
    expect(flags!.evaluate(FLAG, null)).toEqual(ON);
    expect(logged).toEqual([
      expect.objectContaining({ level: 40, msg: expect.stringMatching(/^FLAGS_FILE/) }),
    ]);
    expect(await metric('auditmesh_flags_file_broken', { file })).toBe(1);
    await writeFile(file, rule('state: off'));
    await evaluated(OFF);
    expect(await metric('auditmesh_flags_file_broken', { file })).toBe(0);
  });

  it('refuse to start from a file that is there and not usable, and name the variable and the line', async () => {
    await writeFile(file, 'flags:\n  security_policy_audit_event: {state: off}\n');
    await expect(open()).rejects.toThrow(/FLAGS_FILE: line 2: there is no flag security_policy_audit_event;/);
    await rm(file);
    await mkdir(file);
    await expect(open()).rejects.toThrow(/FLAGS_FILE: it is not a file/);
  });
});

describe('the state of the flags', () => {
  it('tells rules and where they come from, as JSON', async () => {
    await writeFile(file, rule('state: on, percentage: 25, allow: [7, 1]'));
    await open();
    const { flags: rules, ...state } = JSON.parse(JSON.stringify(flags!.state()));
    expect(state).toEqual({ file, loaded_at: expect.any(String), faults: [] });
    expect(rules).toEqual([{ name: FLAG, state: 'on', percentage: 25, allow: ['7', '1'], source: 'file' }]);
    await writeFile(file, 'flags: {}');
    await eventually(() =>
      expect(flags!.state().flags[0]).toMatchObject({ percentage: 100, source: 'default' }),
    );
  });

  it('is in the metrics, as are the evaluations by variant', async () => {
    await writeFile(file, rule('state: on, percentage: 0, allow: [7, 1]'));
    await open();
    expect(await metric('auditmesh_flag_state', { flag: FLAG })).toBe(1);
    expect(await metric('auditmesh_flag_percentage', { flag: FLAG })).toBe(0);
    expect(await metric('auditmesh_flag_allowed_namespaces', { flag: FLAG })).toBe(2);
    const count = (variant: string) => metric('auditmesh_flag_evaluations_total', { flag: FLAG, variant });
    const before = [(await count('allow_list'))!, (await count('not_selected'))!];
    for (const id of ['1', '7', '8', null, '9']) flags!.evaluate(FLAG, id);
    expect([await count('allow_list'), await count('not_selected')]).toEqual([
      before[0]! + 2,
      before[1]! + 3,
    ]);
  });
});

describe('a client of OpenFeature', () => {
  it('gets the same answers, the reason and the news', async () => {
    await writeFile(file, rule('state: on, percentage: 0, allow: [7]'));
    await OpenFeature.setProviderAndWait('a test', new FlagFileProvider(await open()));
    const client = OpenFeature.getClient('a test');
    const news: string[][] = [];
    client.addHandler('PROVIDER_CONFIGURATION_CHANGED' as never, (details) => {
      news.push(details!.flagsChanged!);
    });
    const details = (targetingKey?: string) =>
      client.getBooleanDetails(FLAG, true, targetingKey ? { targetingKey } : {});
    expect(await details('7')).toMatchObject({
      value: true,
      variant: 'allow_list',
      reason: 'TARGETING_MATCH',
    });
    expect(await details('8')).toMatchObject({ value: false, variant: 'not_selected', reason: 'SPLIT' });
    expect(await details()).toMatchObject({ value: false, variant: 'not_selected' });
    expect(await client.getBooleanDetails('another', true)).toMatchObject({
      value: true,
      errorCode: 'FLAG_NOT_FOUND',
    });
    expect(await client.getStringDetails(FLAG, 'x')).toMatchObject({ errorCode: 'TYPE_MISMATCH' });

    await writeFile(file, rule('state: off'));
    await eventually(() => expect(news).toEqual([[FLAG]]));
    expect(await details('7')).toMatchObject({ value: false, variant: 'off', reason: 'DISABLED' });
    await writeFile(file, 'broken');
    await eventually(() => expect(client.providerStatus).toBe('STALE'));
    expect(await details('7')).toMatchObject({ value: false, variant: 'off' });
    await writeFile(file, rule('state: on'));
    await eventually(() => expect(client.providerStatus).toBe('READY'));
    expect(await details()).toMatchObject({ value: true, variant: 'on', reason: 'STATIC' });
  });
});
