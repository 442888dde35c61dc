import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, linkSync, openSync, renameSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { AuditError } from '../errors.js';

const ATTEMPTS = 10;
const NAME = 'lock';

/**
 * Keeps a folder for one process: a socket in it, on which the kernel stops listening when the process ends in whatever
 * way. Works between containers that share the folder on one machine.
 */
export class FolderLock {
  private constructor(
    private readonly server: Server,
    private readonly folderDescriptor: number,
  ) {}

  /** @throws AuditError SPOOL_IN_USE; SPOOL_BROKEN if the file system has no sockets */
  static async take(folder: string): Promise<FolderLock> {
    // By way of the descriptor, since the path of a socket may have about a hundred characters only.
    const descriptor = openSync(folder, 'r');
    const short = `/proc/self/fd/${descriptor}`;
    const place = existsSync(short) ? short : folder;
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const server = await listen(join(place, NAME));
        if (server) return new FolderLock(server, descriptor);
        await removeDead(place, folder);
      }
      throw inUse(folder);
    } catch (error) {
      closeSync(descriptor);
      if (error instanceof AuditError) throw error;
      throw new AuditError(
        'SPOOL_BROKEN',
        `${folder} cannot be locked: ${(error as Error).message}; the spool needs a local file system.`,
        { cause: error },
      );
    }
  }

  async release(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
    closeSync(this.folderDescriptor);
  }
}

/** undefined if there is such a socket already. */
async function listen(path: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  try {
    const listening = once(server, 'listening');
    server.listen(path);
    await listening;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  server.unref();
  return server;
}

/** Moves the socket aside before removing it, so that of several starters none removes what another just made. */
async function removeDead(place: string, folder: string): Promise<void> {
  const path = join(place, NAME);
  if (await answers(path)) throw inUse(folder);
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const alive = await answers(aside);
  if (alive) linkSync(aside, path);
  unlinkSync(aside);
  if (alive) throw inUse(folder);
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    if (['ECONNREFUSED', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  } finally {
    socket.destroy();
  }
}

const inUse = (folder: string) =>
  new AuditError('SPOOL_IN_USE', `Another process uses the spool in ${folder}; give each process its own.`);
