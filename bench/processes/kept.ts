import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../deploy/local/bootstrap/java-servers.mjs';

export interface Keeping {
  name: string;
  /** Folder that it is made from. */
  project: string;
  /** Files of the folder that decide about what is made. */
  files: RegExp;
  /** Fills the folder `into`. */
  make: (into: string) => Promise<void>;
}

/**
 * What is made of a peer's project, kept in the cache under the hash of the project: it is made once, and anew after any
 * change.
 *
 * @returns its folder
 */
export async function kept({ name, project, files, make }: Keeping): Promise<string> {
  const home = join(cacheFolder(process.env), `bench-${name}-${hashOf(project, files)}`);
  if (existsSync(home)) return home;
  const partial = `${home}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    await make(partial);
    renameSync(partial, home);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return home;
}

function hashOf(folder: string, files: RegExp): string {
  const hash = createHash('sha256');
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (!files.test(path) || !statSync(join(folder, path)).isFile()) continue;
    hash.update(path).update(readFileSync(join(folder, path)));
  }
  return hash.digest('hex').slice(0, 12);
}
