import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const suite = join(import.meta.dirname, 'secret-accesses/run.mjs');
const SEED = '7';
/** A minute and a half on a machine of its own, more beside other tests. */
const PATIENCE_MS = 480_000;

describe('secrets that are read', () => {
  it(
    'each have their entry, exactly one, whatever is killed meanwhile and though Kafka was away',
    async () => {
      const child = spawn(process.execPath, [suite, '--short', '--json', '--seed', SEED], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let line = '';
      let printed = '';
      child.stdout.on('data', (bytes: Buffer) => (line += bytes.toString()));
      child.stderr.on('data', (bytes: Buffer) => (printed += bytes.toString()));
      await once(child, 'close');
      if (child.exitCode) throw new Error(`${printed.slice(-3_000)}\n${line}`);
      expect(JSON.parse(line)).toMatchObject({ seed: Number(SEED), lost: 0, doubled: 0, gaps: 0 });
      const {
        given,
        kills,
        fail_closed_median_ms: refusedWithin,
      } = JSON.parse(line) as Record<string, number>;
      expect(given).toBeGreaterThan(40_000);
      expect(kills).toBeGreaterThan(5);
      expect(refusedWithin).toBeLessThan(1_000);
    },
    PATIENCE_MS,
  );
});
