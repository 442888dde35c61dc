import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { portVariable } from '../config.js';
import { StartError } from '../start-error.js';
import { readJson, writePrivateJson } from './private-json.js';
import type { StackFolder } from './stack-folder.js';

export type Ports = Record<string, number>;

// Below the ports that systems give to outgoing connections: while a server is down, no connection can sit on its port.
const lowest = 20_000;
const highest = 31_999;

/**
 * A free port of 127.0.0.1 for each name, kept in ports.json so that the next start gets the same ones. One that was
 * kept and is taken now is replaced; one that the user fixed and is taken throws StartError `port-taken`.
 */
export async function choosePorts(folder: StackFolder, names: string[], fixed: Ports): Promise<Ports> {
  const file = folder.path('ports.json');
  const kept = readJson<Ports>(file) ?? {};
  const chosen: Ports = {};
  for (const name of names) chosen[name] = await choose(name, kept[name], fixed[name], Object.values(chosen));
  writePrivateJson(file, { ...kept, ...chosen });
  return chosen;
}

async function choose(name: string, kept: number | undefined, fixed: number | undefined, used: number[]) {
  const usable = async (port: number) => !used.includes(port) && (await isFree(port));
  if (fixed !== undefined) {
    if (await usable(fixed)) return fixed;
    const advice = `stop what uses it, or choose another port by ${portVariable(name)}`;
    throw new StartError('port-taken', `Port ${fixed}, wanted for ${name}, is taken: ${advice}.`);
  }
  if (kept !== undefined && (await usable(kept))) return kept;
  for (;;) {
    const port = randomInt(lowest, highest + 1);
    if (await usable(port)) return port;
  }
}

/** True if a server can listen on the port of 127.0.0.1 now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });
}
