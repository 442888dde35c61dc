import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { removeData } from '@auditmesh/local-stack';
import { killAll } from '../../deploy/local/bootstrap/process-table.mjs';
import { onStopSignals } from '../../deploy/local/bootstrap/stop-signals.mjs';
import { readOptions } from '../faults/options.ts';
import { ProgressLines } from '../faults/progress-lines.ts';
import { sizes } from './sizes.ts';
import { runSuite } from './suite.ts';
import { findingsText, resultLine } from './summary.ts';

// The program behind `npm run test:secret-accesses`, once everything is built.

const root = join(import.meta.dirname, '../..');
const dir = join(root, '.auditmesh', 'secret-accesses', `${process.pid}-${randomInt(2 ** 32)}`);
const INTERRUPTED = 130;
const stopping = new AbortController();

onStopSignals(
  () => stopping.abort(),
  () => {
    killAll(join(dir, 'mesh'));
    process.exit(INTERRUPTED);
  },
);
process.on('disconnect', () => stopping.abort()); // the command that started us is gone

try {
  const { seed, short, json } = readOptions(process.argv.slice(2));
  const progress = new ProgressLines(json ? process.stderr : process.stdout);
  progress.note(`Seed ${seed}${short ? ', short' : ''}`);
  mkdirSync(dir, { recursive: true });
  const { signal } = stopping;
  const outcome = await runSuite({ seed, size: sizes[short ? 'short' : 'long'], dir, progress, signal });
  const findings = findingsText(outcome);
  if (findings) progress.note(findings);
  process.exitCode = findings ? 1 : 0;
  process.stdout.write(`${resultLine(seed, outcome)}\n`);
} catch (error) {
  const interrupted = stopping.signal.aborted;
  if (!interrupted) process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = interrupted ? INTERRUPTED : 1;
} finally {
  await removeData(join(dir, 'mesh'));
  await removeData(dir);
  if (process.connected) process.disconnect();
}
