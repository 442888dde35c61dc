import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Failure, sentenceFor } from './failure.mjs';
import { build, install } from './install.mjs';
import { missing } from './preflight.mjs';
import { Progress } from './progress.mjs';
import { onStopSignals } from './stop-signals.mjs';
import { installedNode } from './supervise.mjs';

const kinds = ['unit', 'int', 'e2e'];
const usage = `Usage: npm test, npm run test:int or npm run test:e2e, each with "-- <arguments for jest>"\n`;

/**
 * The command behind `npm test`, `npm run test:int` and `npm run test:e2e`: sets up what is needed, also on a fresh
 * clone, and runs the tests. Its last line is always "N passed, N failed". Resolves to the exit code.
 */
export async function test(root, argv) {
  const [kind, ...forJest] = kinds.includes(argv[0]) ? argv : [undefined, ...argv];
  if (forJest.includes('--help')) {
    process.stdout.write(usage);
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
    await prepare(root, kind, stopping.signal);
    const program = join(root, 'deploy/local/dist/test-run.main.js');
    const args = [program, (kind ? [kind] : kinds).join(), ...forJest];
    child = spawn(installedNode(root), args, { cwd: root, stdio: 'inherit' });
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => resolve(code ?? 1));
    });
  } catch (error) {
    process.stderr.write(`${sentenceFor(error)}\n`);
    process.stdout.write('0 passed, 1 failed\n');
    return 1;
  }
}

/** Integration tests need no more compiled than the stack itself and the SDK, which they kill; the others start the services. */
async function prepare(root, kind, signal) {
  const progress = new Progress();
  const problems = kind === 'unit' ? [] : missing(root, process.env);
  if (problems.length > 0) throw new Failure(problems.join('\n'));
  await install(root, progress, signal);
  await build(root, progress, signal, kind === 'int' ? ['deploy/local', 'libs/sdk'] : []);
}
