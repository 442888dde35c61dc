import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** As for the local stack: below the ports that systems give to outgoing connections. */
const [LOWEST, HIGHEST] = [20_000, 31_999];

/** Different ports of 127.0.0.1 that are free now. */
export async function freePorts<N extends string>(...names: N[]): Promise<Record<N, number>> {
  const chosen = new Map<N, number>();
  for (const name of names) {
    let port: number;
    do port = randomInt(LOWEST, HIGHEST + 1);
    while ([...chosen.values()].includes(port) || !(await isFree(port)));
    chosen.set(name, port);
  }
  return Object.fromEntries(chosen) as Record<N, number>;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
