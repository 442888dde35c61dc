import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Maven project that pins what runs on Java. */
export const pomFile = fileURLToPath(new URL('../pom.xml', import.meta.url));

/** The folder, outside the tree and shared by all checkouts, in which downloads are kept. */
export function cacheFolder(env) {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'auditmesh');
}

/** Where `kafka` or `registry` is kept once fetched. The name changes with the pom; what has this name is whole. */
export function serverHome(name, env) {
  const hash = createHash('sha256').update(readFileSync(pomFile)).digest('hex').slice(0, 12);
  return join(cacheFolder(env), `${name}-${hash}`);
}

/** True if the server need not be downloaded. */
export function isFetched(name, env) {
  return existsSync(serverHome(name, env));
}

/** The java program to run: that of JAVA_HOME, else the one on the path. */
export function javaCommand(env) {
  return env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', 'java') : 'java';
}
