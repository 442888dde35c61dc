import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';

/**
 * Installs the dependencies if they are missing or the lock file has changed since, and remembers its hash. Throws a
 * Failure if npm fails; `signal` ends it.
 */
export async function install(root, progress, signal) {
  if (!isInstalled(root)) {
    await progress.step('Installing dependencies (npm ci)', () => run(root, 'npm-ci', ['npm', 'ci'], signal));
  }
  writeFileSync(hashFile(root), lockHash(root));
}

/** Compiles what has changed, or of it only the given projects. Throws a Failure if it does not compile. */
export async function build(root, progress, signal, projects = []) {
  const npmBuild = ['npm', 'run', 'build', ...(projects.length > 0 ? ['--', ...projects] : [])];
  await progress.step('Compiling', () => run(root, 'build', npmBuild, signal));
}

const hashFile = (root) => join(root, 'node_modules', '.auditmesh-lock');
const lockHash = (root) =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

/** npm writes its own copy of the lock file last, so that file means a whole install, by us or by hand. */
function isInstalled(root) {
  const ofNpm = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(ofNpm)) return false;
  if (existsSync(hashFile(root)) && readFileSync(hashFile(root), 'utf8') === lockHash(root)) return true;
  return statSync(ofNpm).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

/** Runs a program with its output in a log file. */
async function run(root, name, [command, ...args], signal) {
  mkdirSync(join(root, '.auditmesh', 'logs'), { recursive: true });
  const logFile = join(root, '.auditmesh', 'logs', `${name}.log`);
  const log = openSync(logFile, 'w');
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', log, log], signal });
  closeSync(log);
  const how = await new Promise((resolve) => {
    child.on('error', (error) => resolve(`did not run (${error.message})`));
    child.on('exit', (code, killedBy) =>
      resolve(code === 0 ? undefined : `ended with ${killedBy ?? `code ${code}`}`),
    );
  });
  if (how) throw new Failure(`"${[command, ...args].join(' ')}" ${how}.`, logFile);
}
