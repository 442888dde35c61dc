import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Random id of the spool in the folder, kept beside its records.
 *
 * @param empty whether no record was ever found there: then a new id, since records may have been removed with their
 *   numbers, which must not be given to others
 */
export async function spoolIdentity(folder: string, empty: boolean): Promise<string> {
  const path = join(folder, 'id');
  const known = empty ? '' : await readFile(path, 'utf8').catch(() => '');
  if (/^[0-9a-f]{16}\n$/.test(known)) return known.trim();
  const id = randomBytes(8).toString('hex');
  await writeFile(`${path}.new`, `${id}\n`, { flush: true });
  await rename(`${path}.new`, path);
  return id;
}
