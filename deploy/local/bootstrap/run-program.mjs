import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Failure, sentenceFor } from './failure.mjs';
import { build, install } from './install.mjs';
import { missing } from './preflight.mjs';
import { Progress } from './progress.mjs';
import { onStopSignals } from './stop-signals.mjs';
import { installedNode } from './supervise.mjs';

const INTERRUPTED = 130;
/** The program starts servers of its own, whatever the environment names. */
const ownServers = { KAFKA_BROKERS: '', SCHEMA_REGISTRY_URL: '', DATABASE_URL: '' };

/**
 * Runs a program of the repository, also on a fresh clone: installs and builds with any Node, and goes on with the
 * installed one. Signals reach the program. Resolves to the exit code; with --help it prints the usage and is done.
 *
 * @param program path from the root
 * @param progressTo where installing and building tell of themselves
 */
export async function runProgram({ root, program, args, usage, progressTo }) {
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const stopping = new AbortController();
  let child;
  const forward = (signal) => {
    stopping.abort();
    child?.kill(signal);
  };
  onStopSignals(forward, forward);
  try {
    const progress = new Progress(progressTo);
    const problems = missing(root, { ...process.env, ...ownServers });
    if (problems.length > 0) throw new Failure(problems.join('\n'));
    await install(root, progress, stopping.signal);
    await build(root, progress, stopping.signal);
    if (stopping.signal.aborted) return INTERRUPTED;
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'];
    child = spawn(installedNode(root), [join(root, program), ...args], { cwd: root, stdio });
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => resolve(code ?? 1));
    });
  } catch (error) {
    process.stderr.write(`${sentenceFor(error)}\n`);
    return stopping.signal.aborted ? INTERRUPTED : 1;
  }
}
