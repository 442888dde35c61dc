import { setTimeout as wait } from 'node:timers/promises';
import type { StackFolder } from '../folder/stack-folder.js';
import { StartError, withLog, type StartErrorCode } from '../start-error.js';
import { launch, type Program } from './program.js';

export interface RunOptions {
  /** Written to its standard input. */
  input?: string;
  /** The code of the error if it fails. */
  failure?: StartErrorCode;
  signal?: AbortSignal;
}

/**
 * Runs a program that ends by itself. Throws StartError, with the last lines of its log, if it fails; if the signal is
 * aborted, ends the program and throws `stopped`.
 */
export async function runToEnd(
  folder: StackFolder,
  program: Program,
  options: RunOptions = {},
): Promise<void> {
  const { input, failure = 'step-failed', signal } = options;
  if (signal?.aborted) throw new StartError('stopped', 'The start was stopped.');
  const running = await launch(folder, program, input);
  const stop = () => {
    running.child.kill(program.stop.signal);
    void wait(program.stop.graceMs, undefined, { ref: false }).then(() => running.child.kill('SIGKILL'));
  };
  signal?.addEventListener('abort', stop, { once: true });
  const how = await running.ended;
  signal?.removeEventListener('abort', stop);
  if (signal?.aborted) throw new StartError('stopped', 'The start was stopped.');
  if (how === 'code 0') return;
  throw new StartError(
    failure,
    withLog(`${program.title} failed (${how}).`, running.logFile, running.logOffset),
  );
}
