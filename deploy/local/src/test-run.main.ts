import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forget, ownerOf, record } from '../bootstrap/process-table.mjs';
import { onStopSignals } from '../bootstrap/stop-signals.mjs';
import { settingsFrom } from './config.js';
import { readJson } from './folder/private-json.js';
import { removeData } from './folder/remove-data.js';
import { sentenceFor } from './start-error.js';
import { withThrowAwayStack, type Stack } from './stack.js';
import { tally, type JestReport } from './test-tally.js';

// Runs the kinds of tests named in the first argument, all of one run on one throw-away stack; the rest is for jest.

const root = fileURLToPath(new URL('../../..', import.meta.url));
const stacks = join(root, '.auditmesh', 'test');
const dir = join(stacks, String(process.pid));
const [kinds = '', ...forJest] = process.argv.slice(2);
/** Jest ends at once when it has told its results, unless a test left something open. */
const END_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 1_000;
const stopping = new AbortController();
let jest: ChildProcess | undefined;
onStopSignals(
  () => {
    stopping.abort();
    jest?.kill('SIGTERM');
  },
  () => jest?.kill('SIGKILL'),
);

/**
 * Runs one kind of tests; undefined if jest wrote no report, or was not run since a signal has come. Jest is noted with
 * the processes of the stack, to be ended with them if this program is killed.
 */
async function run(kind: string, stack?: Stack): Promise<JestReport | undefined> {
  if (stopping.signal.aborted) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'auditmesh-jest-'));
  const report = join(folder, 'report.json');
  const node = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules'];
  const args = [
    '--selectProjects',
    kind,
    '--passWithNoTests',
    '--json',
    `--outputFile=${report}`,
    ...forJest,
  ];
  jest = spawn(process.execPath, [...node, join(root, 'node_modules/jest/bin/jest.js'), ...args], {
    cwd: root,
    env: { ...process.env, ...stack?.env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (stack && jest.pid) record(dir, 'jest', jest.pid, { signal: 'SIGTERM', graceMs: 2000, order: 0 });
  const ended = new Promise((resolve) => jest?.once('close', resolve));
  const guard = endAfter(report, jest);
  await ended;
  clearInterval(guard);
  if (stack && jest.pid) forget(dir, jest.pid);
  const result = readJson<JestReport>(report);
  rmSync(folder, { recursive: true });
  return result;
}

/** Ends jest if it is still there long after its report, so that nobody waits for it; its results stand. */
function endAfter(report: string, child: ChildProcess): NodeJS.Timeout {
  let reportedAt: number | undefined;
  const guard = setInterval(() => {
    if (existsSync(report)) reportedAt ??= Date.now();
    if (reportedAt === undefined || Date.now() - reportedAt < END_WITHIN_MS) return;
    process.stderr.write(
      `jest did not end within ${END_WITHIN_MS / 1_000} s of its results, so it is killed: a test left something open. Find it with --detectOpenHandles.\n`,
    );
    child.kill('SIGKILL');
    clearInterval(guard);
  }, LOOK_EVERY_MS);
  return guard;
}

/** A run that was killed may have left its stack; its folder has no owner any more. */
async function removeAbandoned(): Promise<void> {
  mkdirSync(stacks, { recursive: true });
  const abandoned = readdirSync(stacks).filter((name) => !ownerOf(join(stacks, name)));
  for (const name of abandoned) await removeData(join(stacks, name));
}

async function runAll(wanted: string[]): Promise<(JestReport | undefined)[]> {
  const reports: (JestReport | undefined)[] = [];
  if (wanted.includes('unit')) reports.push(await run('unit'));
  const onStack = wanted.filter((kind) => kind !== 'unit');
  if (onStack.length === 0) return reports;
  try {
    await removeAbandoned();
    const { external } = settingsFrom(process.env);
    await withThrowAwayStack({ dir, external, keepAlive: true, signal: stopping.signal }, async (stack) => {
      for (const kind of onStack) reports.push(await run(kind, stack));
    });
  } catch (error) {
    process.stderr.write(`${sentenceFor(error)}\n`);
    reports.push(undefined);
  }
  return reports;
}

const { passed, failed } = tally(await runAll(kinds.split(',')));
process.exitCode = failed === 0 ? 0 : 1;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
