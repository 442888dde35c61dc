import { randomBytes } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { postgresFolderOfRoot } from '../../bootstrap/postgres-folder.mjs';
import type { StackFolder } from '../folder/stack-folder.js';
import { StartError } from '../start-error.js';
import { copiedInstallation, shippedInstallation } from './postgres-installation.js';

export interface PostgresHome {
  /** Holds the data folder; the server's working directory. */
  base: string;
  /** Holds bin, lib and share. */
  installation: string;
  /** The user that the server runs as, if we are root. */
  user?: { uid: number; gid: number };
}

/**
 * Where PostgreSQL's data and binaries are. It refuses to run as root; for root both are outside the checkout, which
 * may lie under a folder closed to others, and `postgres` in the stack's folder is a link to them. Throws StartError
 * `no-place-for-data`.
 */
export function postgresHome(folder: StackFolder): PostgresHome {
  if (process.getuid?.() !== 0) {
    return { base: folder.folder('postgres'), installation: shippedInstallation() };
  }
  const user = unprivilegedUser(readFileSync('/etc/passwd', 'utf8'));
  if (!user) {
    const sentence =
      'PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as.';
    throw new StartError('no-place-for-data', sentence);
  }
  const base = linkedFolder(folder.dir) ?? newFolder(folder.dir);
  return { base, installation: copiedInstallation(base), user };
}

/** Removes what postgresHome put outside the folder. */
export function removePostgresHome(dir: string): void {
  const base = linkedFolder(dir);
  if (base) rmSync(base, { recursive: true, force: true });
}

/** The user and group ids of `postgres`, else of `nobody`, in the text of a passwd file. */
export function unprivilegedUser(passwd: string): { uid: number; gid: number } | undefined {
  const users = new Map(passwd.split('\n').map((line) => [line.split(':')[0], line.split(':')]));
  const [, , uid, gid] = users.get('postgres') ?? users.get('nobody') ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

const linkIn = (dir: string) => join(dir, 'postgres');
const usedBy = (base: string) => join(base, 'used-by');

/** The outside folder of a stack, if it has one. A copied link is not ours; one that was moved with its folder is. */
function linkedFolder(dir: string): string | undefined {
  const base = linkTarget(dir);
  if (!base || dirname(base) !== postgresFolderOfRoot || !lstatSync(base, { throwIfNoEntry: false }))
    return undefined;
  const user = readUser(base);
  if (user && user !== dir && linkTarget(user) === base) return undefined;
  writeFileSync(usedBy(base), `${dir}\n`);
  return base;
}

/** A new outside folder. Those of earlier stacks in the same place, which were deleted with their link, go. */
function newFolder(dir: string): string {
  const found = lstatSync(linkIn(dir), { throwIfNoEntry: false });
  if (found?.isDirectory()) {
    const advice = 'start as that user, or begin anew with "npm start -- --clean"';
    throw new StartError(
      'no-place-for-data',
      `${linkIn(dir)} has the data of a start by another user: ${advice}.`,
    );
  }
  mkdirSync(postgresFolderOfRoot, { recursive: true });
  for (const name of readdirSync(postgresFolderOfRoot)) {
    const other = join(postgresFolderOfRoot, name);
    if (readUser(other) === dir) rmSync(other, { recursive: true });
  }
  const base = join(postgresFolderOfRoot, randomBytes(6).toString('hex'));
  mkdirSync(base, { mode: 0o755 });
  writeFileSync(usedBy(base), `${dir}\n`);
  rmSync(linkIn(dir), { force: true });
  symlinkSync(base, linkIn(dir));
  return base;
}

function linkTarget(dir: string): string | undefined {
  return lstatSync(linkIn(dir), { throwIfNoEntry: false })?.isSymbolicLink()
    ? readlinkSync(linkIn(dir))
    : undefined;
}

function readUser(base: string): string | undefined {
  return lstatSync(usedBy(base), { throwIfNoEntry: false }) && readFileSync(usedBy(base), 'utf8').trim();
}
