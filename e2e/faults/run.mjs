import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure, sentenceFor } from '../../deploy/local/bootstrap/failure.mjs';
import { build, install } from '../../deploy/local/bootstrap/install.mjs';
import { missing } from '../../deploy/local/bootstrap/preflight.mjs';
import { Progress } from '../../deploy/local/bootstrap/progress.mjs';
import { onStopSignals } from '../../deploy/local/bootstrap/stop-signals.mjs';
import { installedNode } from '../../deploy/local/bootstrap/supervise.mjs';

// The command behind `npm run test:faults`: builds what it needs with any Node, and runs the suite with the installed one.

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const usage = `Runs the whole mesh under faults and compares what comes out with what was sent.

Usage: npm run test:faults -- [options]

  --seed S   repeat the plan of faults and load of an earlier run (a whole number from 0)
  --short    three minutes in all; otherwise 30 to 50
  --json     progress on standard error, and one JSON line at the end on standard output
  --help     print this

Exit code: 0 nothing was lost, doubled or wrong · 1 something was, or the run could not be made · 130 interrupted`;

/** The suite always starts servers of its own. */
const ownServers = { KAFKA_BROKERS: '', SCHEMA_REGISTRY_URL: '', DATABASE_URL: '' };
const args = process.argv.slice(2);
const stopping = new AbortController();
let child;
const forward = (signal) => {
  stopping.abort();
  child?.kill(signal);
};

/** @returns the exit code of the suite */
async function run() {
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const progress = new Progress(args.includes('--json') ? process.stderr : process.stdout);
  const problems = missing(root, { ...process.env, ...ownServers });
  if (problems.length > 0) throw new Failure(problems.join('\n'));
  await install(root, progress, stopping.signal);
  await build(root, progress, stopping.signal);
  if (stopping.signal.aborted) return 130;
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc'];
  child = spawn(installedNode(root), [join(root, 'e2e/faults/main.ts'), ...args], { cwd: root, stdio });
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
