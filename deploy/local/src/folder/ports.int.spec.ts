import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { choosePorts } from './ports.js';
import { StackFolder } from './stack-folder.js';

describe('the ports of a stack', () => {
  let folder: StackFolder;
  const servers: Server[] = [];

  beforeEach(async () => {
    folder = await StackFolder.claim(mkdtempSync(join(tmpdir(), 'auditmesh-ports-')));
  });
  afterEach(() => {
    folder.release();
    rmSync(folder.dir, { recursive: true });
    for (const server of servers.splice(0)) server.close();
  });

  const occupy = (port: number) =>
    new Promise<void>((resolve) => {
      servers.push(createServer().listen(port, '127.0.0.1', () => resolve()));
    });

  it('are different ones, and the same again at the next start', async () => {
    const first = await choosePorts(folder, ['kafka', 'postgres'], {});
    expect(first['kafka']).not.toBe(first['postgres']);
    expect(await choosePorts(folder, ['kafka', 'postgres'], {})).toEqual(first);
  });

  it('are remembered while other names are asked for', async () => {
    const { kafka } = await choosePorts(folder, ['kafka'], {});
    await choosePorts(folder, ['api'], {});
    expect(await choosePorts(folder, ['kafka'], {})).toEqual({ kafka });
  });

  it('change only where one is taken', async () => {
    const first = await choosePorts(folder, ['kafka', 'postgres'], {});
    await occupy(first['kafka']!);
    const second = await choosePorts(folder, ['kafka', 'postgres'], {});
    expect(second['kafka']).not.toBe(first['kafka']);
    expect(second['postgres']).toBe(first['postgres']);
  });

  it('are those that the user fixed', async () => {
    const { kafka } = await choosePorts(folder, ['kafka'], {});
    expect(await choosePorts(folder, ['policy-sync'], { 'policy-sync': kafka! })).toEqual({
      'policy-sync': kafka,
    });
  });

  it('are refused with the variable to change if a fixed one is taken', async () => {
    const { kafka } = await choosePorts(folder, ['kafka'], {});
    await occupy(kafka!);
    await expect(choosePorts(folder, ['policy-sync'], { 'policy-sync': kafka! })).rejects.toMatchObject({
      code: 'port-taken',
      message: `Port ${kafka}, wanted for policy-sync, is taken: stop what uses it, or choose another port by AUDITMESH_POLICY_SYNC_PORT.`,
    });
  });
});
