import type { BigIntStats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A file as it lies in the folder. */
export interface FoundFile {
  path: string;
  inode: string;
  /** ns since the epoch, by which it is told from one that has its inode later. */
  born: bigint;
  /** ns since the epoch. */
  modified: bigint;
  size: number;
}

const COMPRESSED = /\.(?:gz|bz2|xz|zst|lz4|zip)$/;

/** The file of the path and those that it was renamed to, such as audit.log.1; the one written last comes last. */
export async function filesOf(path: string): Promise<FoundFile[]> {
  const [folder, name] = [dirname(path), basename(path)];
  const names = (await readdir(folder)).filter((n) => n.startsWith(name) && !COMPRESSED.test(n));
  const found = await Promise.all(names.map((n) => statOf(join(folder, n))));
  return found
    .filter((file) => file !== undefined)
    .toSorted((a, b) => rank(a, path) - rank(b, path) || Number(a.modified - b.modified));
}

/** The one that the path leads to is the newest, whatever its time says. */
const rank = (file: FoundFile, path: string): number => (file.path === path ? 1 : 0);

/** Undefined where there is no such file. */
export async function statOf(path: string): Promise<FoundFile | undefined> {
  const stats = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return stats?.isFile() ? foundFile(path, stats) : undefined;
}

export const foundFile = (path: string, { ino, birthtimeNs, mtimeNs, size }: BigIntStats): FoundFile => ({
  path,
  inode: String(ino),
  born: birthtimeNs,
  modified: mtimeNs,
  size: Number(size),
});
