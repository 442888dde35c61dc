import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure, sentenceFor } from '../deploy/local/bootstrap/failure.mjs';
import { build, install } from '../deploy/local/bootstrap/install.mjs';
import { missing } from '../deploy/local/bootstrap/preflight.mjs';
import { Progress } from '../deploy/local/bootstrap/progress.mjs';
import { onStopSignals } from '../deploy/local/bootstrap/stop-signals.mjs';
import { installedNode } from '../deploy/local/bootstrap/supervise.mjs';
import { usage } from './command/usage.mjs';

// The command behind `npm run bench`: builds what it needs with any Node, and measures with the installed one.

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** A bench always starts servers of its own. */
const ownServers = { KAFKA_BROKERS: '', SCHEMA_REGISTRY_URL: '', DATABASE_URL: '' };
const args = process.argv.slice(2);
const stopping = new AbortController();
let child;
const forward = (signal) => {
  stopping.abort();
  child?.kill(signal);
};

/** @returns the exit code of the bench */
async function run() {
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const progress = new Progress(process.stderr);
  const problems = missing(root, { ...process.env, ...ownServers });
  if (problems.length > 0) throw new Failure(problems.join('\n'));
  await install(root, progress, stopping.signal);
  await build(root, progress, stopping.signal);
  if (stopping.signal.aborted) return 130;
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc'];
  child = spawn(installedNode(root), [join(root, 'bench/main.ts'), ...args], { cwd: root, stdio });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

onStopSignals(forward, forward);
try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`${sentenceFor(error)}\n`);
  process.exitCode = stopping.signal.aborted ? 130 : 1;
}
