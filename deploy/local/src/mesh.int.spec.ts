import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { identityOf } from '../bootstrap/process-identity.mjs';
import { startMesh, type Mesh, type MeshOptions } from './mesh.js';
import { until } from './processes/until.js';
import type { RunInfo } from './run-file.js';

const soon = { timeoutMs: 20_000 };
const fake = (kind: string) => fileURLToPath(new URL(`../test/fake-${kind}.mjs`, import.meta.url));
const service = (name: string, file = fake('service')) => ({ name, title: name, args: [file, name] });
const external = {
  kafkaBrokers: 'nowhere.invalid:9092',
  schemaRegistryUrl: 'http://nowhere.invalid/apis/ccompat/v7',
  databaseUrl: 'postgres://nobody:secret@nowhere.invalid:5432/nothing',
};

describe('a mesh', () => {
  let dir: string;
  let mesh: Mesh | undefined;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'auditmesh-mesh-'));
  });
  afterEach(async () => {
    await mesh?.stop();
    mesh = undefined;
    rmSync(dir, { recursive: true });
  });

  const start = async (more: Partial<MeshOptions> = {}) =>
    (mesh = await startMesh({
      dir,
      root: dir,
      external,
      steps: [],
      services: [service('api'), service('projector')],
      ...more,
    }));
  const runFile = () => JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')) as RunInfo;

  it('starts a killed service again and writes its new pid to run.json', async () => {
    const notes: string[] = [];
    const { process } = await start({ report: (event) => event.kind === 'note' && notes.push(event.text) });
    const before = process('projector').pid;
    await process('projector').kill('SIGKILL');
    expect(runFile().processes.map(({ name }) => name)).toEqual(['api']);
    expect(await until(() => notes.includes('projector is back.'), soon)).toBe(true);
    expect(notes[0]).toBe('projector ended (SIGKILL); it is started again in 1 s.');
    expect(process('projector').pid).not.toBe(before);
    expect(runFile().processes).toContainEqual({ name: 'projector', pid: process('projector').pid });
  }, 60_000);

  it('leaves a killed service dead if it is told to, and starts it on demand at the same address', async () => {
    const { process, url } = await start({ keepAlive: false });
    await process('projector').kill('SIGKILL');
    expect(process('projector').pid).toBeUndefined();
    await process('projector').restart();
    expect((await fetch(`${url('projector')}/health/ready`)).status).toBe(200);
  }, 60_000);

  it('lets a service be paused and go on', async () => {
    const { process, url } = await start();
    await process('api').kill('SIGSTOP');
    await expect(fetch(url('api'), { signal: AbortSignal.timeout(300) })).rejects.toThrow();
    await process('api').kill('SIGCONT');
    expect((await fetch(`${url('api')}/health/ready`)).status).toBe(200);
  }, 60_000);

  it('ends everything, also a paused service that ignores SIGTERM, and removes run.json', async () => {
    const { process, run } = await start();
    await process('api').kill('SIGSTOP');
    await mesh?.stop();
    expect(run.processes.map(({ pid }) => identityOf(pid))).toEqual([undefined, undefined]);
    expect(existsSync(join(dir, 'run.json'))).toBe(false);
  }, 60_000);

  it('runs a program with the variables of the mesh', async () => {
    writeFileSync(join(dir, 'print.mjs'), 'console.log(process.env.KAFKA_BROKERS, process.env.EXTRA)');
    const { runProgram } = await start({ env: { EXTRA: 'more' } });
    await runProgram({ name: 'print', title: 'Print', args: ['print.mjs'] });
    expect(readFileSync(join(dir, 'logs/print.log'), 'utf8')).toBe('nowhere.invalid:9092 more\n');
  }, 60_000);

  it('does not start when a step fails, and says why', async () => {
    writeFileSync(join(dir, 'broken.mjs'), 'console.error("no such topic"); process.exit(3)');
    const steps = [{ name: 'topics', title: 'Topics', args: ['broken.mjs'] }];
    await expect(start({ steps })).rejects.toMatchObject({
      code: 'step-failed',
      message: expect.stringMatching(/^Topics failed \(code 3\)\. .*no such topic/s),
    });
  }, 60_000);

  it('gives up a start that is stopped, and leaves nothing', async () => {
    writeFileSync(join(dir, 'never-ready.mjs'), 'setInterval(() => undefined, 1000)');
    const stopping = new AbortController();
    const starting = start({ services: [service('api', 'never-ready.mjs')], signal: stopping.signal });
    expect(await until(() => existsSync(join(dir, 'processes.json')), soon)).toBe(true);
    stopping.abort();
    await expect(starting).rejects.toMatchObject({ code: 'stopped' });
    expect(existsSync(join(dir, 'processes.json'))).toBe(false);
  }, 60_000);
});
