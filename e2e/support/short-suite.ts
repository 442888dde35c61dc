import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Where a suite tells what it found. */
const LAST_LINES = 20;

/** What a suite says of itself in its closing JSON line, and what it printed on the way. */
export interface SuiteRun {
  result: Record<string, number>;
  /** The last lines first, where the findings are, since logs of CI are cut; then all. */
  printed: string;
}

/**
 * Runs the short form of a suite on servers of its own.
 *
 * @param program path of its command from the folder `e2e`
 * @throws Error with what it printed, when it ended without a result
 */
export async function runShortSuite(program: string, seed: number): Promise<SuiteRun> {
  const args = [join(import.meta.dirname, '..', program), '--short', '--json', '--seed', String(seed)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let notes = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (notes += bytes.toString()));
  await once(child, 'close');
  const lines = notes.trim().split('\n');
  const printed = [...lines.slice(-LAST_LINES), '', 'All of it:', ...lines].join('\n');
  const last = output.trim().split('\n').at(-1);
  if (!last) throw new Error(`It ended with ${child.exitCode ?? child.signalCode}.\n${printed}`);
  return { result: JSON.parse(last) as Record<string, number>, printed };
}
