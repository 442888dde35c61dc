import type { StackFolder } from '../folder/stack-folder.js';
import { asStep, silent, type Report } from '../report.js';
import { ManagedProcess, type ServerProgram } from './managed-process.js';
import { stopInOrder } from './stop-in-order.js';

/** A program to start, and what has to be done before. */
export interface Startable {
  title: string;
  prepare(signal: AbortSignal): Promise<ServerProgram>;
}

/**
 * Starts several programs at the same time; resolves when all are ready, in the order given. All or none: at the first
 * failure, or when the signal is aborted, the others are ended and that failure is thrown.
 */
export async function startTogether(
  folder: StackFolder,
  startables: Startable[],
  { report = silent, signal: outer }: { report?: Report; signal?: AbortSignal },
): Promise<ManagedProcess[]> {
  const failure = new AbortController();
  const signal = AbortSignal.any([failure.signal, ...(outer ? [outer] : [])]);
  const started: ManagedProcess[] = [];
  const start = async (startable: Startable): Promise<ManagedProcess> => {
    const program = await startable.prepare(signal);
    folder.logFile(program.name, true);
    const managed = new ManagedProcess(folder, program);
    started.push(managed);
    await managed.start(signal);
    return managed;
  };
  const starts = startables.map((startable) => asStep(report, startable.title, () => start(startable)));
  for (const each of starts) each.catch((error: unknown) => failure.abort(error));
  const outcomes = await Promise.allSettled(starts);
  if (!failure.signal.aborted)
    return outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  await stopInOrder(started, silent);
  throw failure.signal.reason;
}
