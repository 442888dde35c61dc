import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, linkSync, openSync, renameSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { AuditError } from '../errors.js';

const ATTEMPTS = 10;

/** What a lock is for, and the name of its socket: `lock` to write records, `shipper` to ship them. */
export type LockName = 'lock' | 'shipper';

/**
 * Keeps a folder for one process: a socket in it, on which the kernel stops listening when the process ends in whatever
 * way. Works between containers that share the folder on one machine.
 */
export class FolderLock {
  private constructor(
    private readonly server: Server,
    private readonly folderDescriptor: number,
    /** The folder, by a path short enough for sockets in it. */
    readonly place: string,
  ) {}

  /**
   * @param onConnection takes over who connects, most of whom only look whether the lock is held
   * @throws AuditError SPOOL_IN_USE; SPOOL_BROKEN if the file system has no sockets
   */
  static async take(
    folder: string,
    name: LockName = 'lock',
    onConnection: (socket: Socket) => void = (socket) => void socket.destroy(),
  ): Promise<FolderLock> {
    // By way of the descriptor, since the path of a socket may have about a hundred characters only.
    const descriptor = openSync(folder, 'r');
    const short = `/proc/self/fd/${descriptor}`;
    const place = existsSync(short) ? short : folder;
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const server = await listen(join(place, name), onConnection);
        if (server) return new FolderLock(server, descriptor, place);
        await removeDead(join(place, name), () => inUse(folder, name));
      }
      throw inUse(folder, name);
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

  /** Resolves once those whom `onConnection` took over are gone. */
  async release(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
    closeSync(this.folderDescriptor);
  }
}

/** undefined if there is such a socket already. */
async function listen(path: string, onConnection: (socket: Socket) => void): Promise<Server | undefined> {
  const server = createServer(onConnection);
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
async function removeDead(path: string, inUse: () => AuditError): Promise<void> {
  if (await answers(path)) throw inUse();
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
  if (alive) throw inUse();
}

async function answers(path: string): Promise<boolean> {
  const socket = await connected(path);
  socket?.destroy();
  return socket !== undefined;
}

/** A connection to the holder of a lock; undefined if nobody holds it. @param path of its socket */
export async function connected(path: string): Promise<Socket | undefined> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    socket.destroy();
    if (['ECONNREFUSED', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

const inUse = (folder: string, name: LockName) =>
  new AuditError(
    'SPOOL_IN_USE',
    name === 'lock'
      ? `Another process uses the spool in ${folder}; give each process its own.`
      : `Another process ships the records of the spool in ${folder}; give each process its own spool, or leave the shipping to that one.`,
  );
