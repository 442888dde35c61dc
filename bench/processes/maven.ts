import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../deploy/local/bootstrap/java-servers.mjs';
import { say } from '../command/progress.ts';
import { logFile } from '../stack/folder.ts';
import { Program } from './program.ts';

/**
 * What Maven makes of a peer's project: a folder with `lib` and, if it has sources, `classes`. It is kept in the cache
 * under the hash of the project, so it is made once and anew after any change.
 *
 * @param project folder with the pom, which fills the folder given as `-Dinto`
 * @param phase or goal that does it
 */
export async function built(name: string, project: string, phase: string): Promise<string> {
  const home = join(cacheFolder(process.env), `bench-${name}-${hashOf(project)}`);
  if (existsSync(home)) return home;
  say(`Fetching ${name} with Maven`);
  const partial = `${home}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  const maven = new Program({
    name: `the download of ${name}`,
    command: 'mvn',
    args: [
      '--batch-mode',
      '--no-transfer-progress',
      '--file',
      join(project, 'pom.xml'),
      phase,
      `-Dinto=${partial}`,
    ],
    logFile: logFile(`maven-${name}`),
  });
  try {
    await maven.finish();
    renameSync(partial, home);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return home;
}

function hashOf(folder: string): string {
  const hash = createHash('sha256');
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (!/\.(xml|java)$/.test(path) || !statSync(join(folder, path)).isFile()) continue;
    hash.update(path).update(readFileSync(join(folder, path)));
  }
  return hash.digest('hex').slice(0, 12);
}
