import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const suite = join(import.meta.dirname, 'faults/run.mjs');
const SEED = '5';
/** Three minutes on a machine of its own, more beside other tests. */
const PATIENCE_MS = 600_000;
/** Of the end of what it printed, where the findings are; first, since logs of CI are cut. */
const FINDINGS_CHARACTERS = 3_000;

/** Runs the short form of the suite on servers of its own. @returns its last line, with all it printed beside it */
async function runShort(): Promise<{ result: Record<string, number>; printed: string }> {
  const child = spawn(process.execPath, [suite, '--short', '--json', '--seed', SEED], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let line = '';
  let printed = '';
  child.stdout.on('data', (bytes: Buffer) => (line += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (printed += bytes.toString()));
  await once(child, 'close');
  const last = line.trim().split('\n').at(-1);
  if (!last) throw new Error(`The suite ended with ${child.exitCode}: ${printed}`);
  return { result: JSON.parse(last) as Record<string, number>, printed };
}

describe('the whole mesh under faults', () => {
  it(
    'loses nothing, doubles nothing and makes nothing wrong',
    async () => {
      const { result, printed } = await runShort();
      const { faults, records, expected, ...findings } = result;
      if (findings.lost || findings.doubled || findings.wrong)
        throw new Error(`${printed.slice(-FINDINGS_CHARACTERS)}\n\nBefore that:\n${printed}`);
      expect(findings).toEqual({ seed: Number(SEED), lost: 0, doubled: 0, wrong: 0 });
      expect(faults).toBeGreaterThanOrEqual(10);
      expect(records).toBeGreaterThan(5_000);
      expect(expected).toBeGreaterThan(500);
    },
    PATIENCE_MS,
  );
});
