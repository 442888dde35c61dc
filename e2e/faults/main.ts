import { join } from 'node:path';
import { killAll } from '../../deploy/local/bootstrap/process-table.mjs';
import { onStopSignals } from '../../deploy/local/bootstrap/stop-signals.mjs';
import { meshIn, ProxiedMesh, serversIn } from './mesh/proxied-mesh.ts';
import { toxiproxyProgram } from './mesh/toxiproxy-program.ts';
import { readOptions, type Options } from './options.ts';
import { sizes } from './plan/sizes.ts';
import { ProgressLines } from './progress-lines.ts';
import { keepTraces, newRunFolder } from './run-folder.ts';
import { runSuite, type Outcome } from './suite.ts';
import { findingsText, resultLine, summaryText } from './summary.ts';

// The program behind `npm run test:faults`, once everything is built.

const root = join(import.meta.dirname, '../..');
const runs = join(root, '.auditmesh', 'faults');
const INTERRUPTED = 130;

const stopping = new AbortController();
let dir: string | undefined;

onStopSignals(
  () => stopping.abort(),
  () => {
    if (dir) for (const folder of [meshIn(dir), serversIn(dir)]) killAll(folder);
    process.exit(INTERRUPTED);
  },
);
process.on('disconnect', () => stopping.abort()); // the command that started us is gone

async function run({ seed, short, json }: Options): Promise<Outcome> {
  const { signal } = stopping;
  const beganAt = Date.now();
  const progress = new ProgressLines(json ? process.stderr : process.stdout);
  progress.note(`Seed ${seed}${short ? ', short' : ''}`);
  const toxiproxy = await progress.step('toxiproxy', () => toxiproxyProgram(process.env, signal));
  dir = await newRunFolder(runs);
  try {
    const size = sizes[short ? 'short' : 'long'];
    const outcome = await runSuite({ seed, size, dir, toxiproxy, report: progress.report, signal });
    if (outcome.findings.all.length) {
      progress.note(findingsText(outcome));
      progress.note(`All findings and the logs are in ${keepTraces(runs, dir, seed, outcome)}.`);
    }
    if (!json) progress.note(summaryText(seed, (Date.now() - beganAt) / 60_000, outcome));
    return outcome;
  } catch (error) {
    if (!signal.aborted) progress.note(`The logs are in ${keepTraces(runs, dir, seed)}.`);
    throw error;
  } finally {
    await ProxiedMesh.remove(dir);
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  const outcome = await run(options);
  process.exitCode = outcome.findings.all.length ? 1 : 0;
  if (stopping.signal.aborted) process.exitCode = INTERRUPTED;
  else process.stdout.write(`${resultLine(options.seed, outcome)}\n`);
} catch (error) {
  const interrupted = stopping.signal.aborted;
  if (!interrupted) process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = interrupted ? INTERRUPTED : 1;
} finally {
  if (process.connected) process.disconnect();
}
