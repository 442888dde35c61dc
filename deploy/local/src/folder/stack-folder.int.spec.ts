import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityOf } from '../../bootstrap/process-identity.mjs';
import { StackFolder } from './stack-folder.js';

const stop = { signal: 'SIGTERM' as const, graceMs: 200, order: 0 };

describe('the folder of a stack', () => {
  let dir: string;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'auditmesh-folder-'));
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(dir, { recursive: true });
  });

  /** A process that lives until it is killed, with what it prints at first. */
  const run = async (script: string): Promise<number> => {
    const child = spawn(process.execPath, [
      '-e',
      `${script}; setInterval(() => {}, 1000); console.log('up')`,
    ]);
    children.push(child);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    return child.pid!;
  };

  it('is held by one at a time', async () => {
    const folder = await StackFolder.claim(dir);
    await expect(StackFolder.claim(dir)).rejects.toMatchObject({ code: 'folder-in-use' });
    folder.release();
    (await StackFolder.claim(dir)).release();
  });

  it('is free again when its holder was killed', async () => {
    writeFileSync(
      join(dir, 'owner.json'),
      JSON.stringify({ pid: process.pid, identity: 'an earlier process' }),
    );
    (await StackFolder.claim(dir)).release();
  });

  it('is cleared of processes that an earlier holder left, even of one that ignores SIGTERM', async () => {
    const [obedient, stubborn] = [await run(''), await run('process.on("SIGTERM", () => {})')];
    const folder = await StackFolder.claim(dir);
    folder.record('obedient', obedient, stop);
    folder.record('stubborn', stubborn, stop);
    folder.release();
    (await StackFolder.claim(dir)).release();
    expect([identityOf(obedient), identityOf(stubborn)]).toEqual([undefined, undefined]);
  });

  it('never ends a process that only has the pid of one of ours', async () => {
    const stranger = await run('');
    const entry = { name: 'ours', pid: stranger, identity: 'an earlier process', stop };
    writeFileSync(join(dir, 'processes.json'), JSON.stringify([entry]));
    (await StackFolder.claim(dir)).release();
    expect(identityOf(stranger)).toBeDefined();
  });

  it('keeps the log of the run before beside the new one', async () => {
    const folder = await StackFolder.claim(dir);
    writeFileSync(folder.logFile('kafka'), 'old');
    expect(folder.logFile('kafka', true)).toBe(join(dir, 'logs/kafka.log'));
    expect(rmSync(join(dir, 'logs/kafka.log.1'))).toBeUndefined();
    folder.release();
  });
});
