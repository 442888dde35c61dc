import { readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { endLeftovers, ownerOf } from '../../bootstrap/process-table.mjs';
import { removePostgresHome } from '../servers/postgres-home.js';
import { StartError } from '../start-error.js';

/**
 * Removes everything a stack kept, in its folder and outside it, but for the entries of the folder named in `keep`; a
 * folder left empty goes too. Throws StartError `folder-in-use` while a stack runs in it.
 */
export async function removeData(dir: string, keep: string[] = []): Promise<void> {
  const folder = resolve(dir);
  const owner = ownerOf(folder);
  if (owner) {
    throw new StartError(
      'folder-in-use',
      `${folder} is in use by a running stack (process ${owner.pid}); stop it first.`,
    );
  }
  await endLeftovers(folder);
  removePostgresHome(folder);
  for (const entry of entriesOf(folder)) {
    if (!keep.includes(entry)) rmSync(join(folder, entry), { recursive: true, force: true });
  }
  if (entriesOf(folder).length === 0) rmSync(folder, { recursive: true, force: true });
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
