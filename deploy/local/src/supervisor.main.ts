import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { killAll } from '../bootstrap/process-table.mjs';
import { onStopSignals } from '../bootstrap/stop-signals.mjs';
import { settingsFrom } from './config.js';
import { removeData } from './folder/remove-data.js';
import { startMesh, type Mesh } from './mesh.js';
import { readyText } from './ready-text.js';
import type { ReportEvent } from './report.js';
import { demo } from './services.js';
import { sentenceFor, StartError } from './start-error.js';

// The program behind `npm start`: it says on its IPC channel what happens, and in its log if nobody listens any more.

type Message = ReportEvent | { kind: 'ready' | 'failed' | 'stopped'; text: string };

const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const dir = join(root, '.auditmesh');
const flags = new Set(process.argv.slice(2));
const interrupted = 130;

function say(message: Message): void {
  const text = 'step' in message ? `${message.kind} ${message.step}` : message.text;
  process.stdout.write(`${new Date().toISOString()} ${text}\n`);
  if (process.connected) process.send?.(message);
}

/** Resolves at the first signal or when the command that started us is gone; kills everything at the second signal. */
function stopRequest(): AbortSignal {
  const stopping = new AbortController();
  onStopSignals(
    () => stopping.abort(),
    () => {
      killAll(dir);
      rmSync(join(dir, 'run.json'), { force: true });
      process.exit(interrupted);
    },
  );
  if (!flags.has('--detach')) process.on('disconnect', () => stopping.abort());
  return stopping.signal;
}

async function loadDemo(mesh: Mesh): Promise<void> {
  const marker = join(dir, 'demo-loaded');
  if (flags.has('--no-demo') || existsSync(marker)) return;
  try {
    await mesh.runProgram(demo);
    writeFileSync(marker, `${new Date().toISOString()}\n`);
  } catch (error) {
    say({ kind: 'note', text: `The demo was not loaded; everything else runs. ${(error as Error).message}` });
  }
}

async function supervise(signal: AbortSignal): Promise<number> {
  const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve));
  if (flags.has('--clean')) await removeData(dir, ['logs', 'test']);
  const mesh = await startMesh({ dir, root, ...settingsFrom(process.env), report: say, signal });
  await loadDemo(mesh);
  if (!signal.aborted) say({ kind: 'ready', text: readyText(mesh.run, flags.has('--detach')) });
  const wasReady = !signal.aborted;
  await stopped;
  await mesh.stop();
  say({ kind: 'stopped', text: 'Auditmesh has stopped; its data is kept.' });
  return wasReady ? 0 : interrupted;
}

const keepRunning = setInterval(() => undefined, 2 ** 30);
const signal = stopRequest();
try {
  process.exitCode = await supervise(signal);
} catch (error) {
  const stopped = signal.aborted && error instanceof StartError && error.code === 'stopped';
  const text = sentenceFor(error);
  say(stopped ? { kind: 'stopped', text: 'Auditmesh has stopped.' } : { kind: 'failed', text });
  process.exitCode = stopped ? interrupted : 1;
} finally {
  clearInterval(keepRunning);
  if (process.connected) process.disconnect();
}
