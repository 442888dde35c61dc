import { describe, expect, it } from '@jest/globals';
import { runShortSuite } from './support/short-suite.ts';

const SEED = 5;
/** Three minutes on a machine of its own, more beside other tests. */
const PATIENCE_MS = 600_000;

describe('the whole mesh under faults', () => {
  it(
    'loses nothing, doubles nothing and makes nothing wrong',
    async () => {
      const { result, printed } = await runShortSuite('faults/run.mjs', SEED);
      const { faults, records, expected, ...findings } = result;
      if (findings.lost || findings.doubled || findings.wrong) throw new Error(printed);
      expect(findings).toEqual({ seed: SEED, lost: 0, doubled: 0, wrong: 0 });
      expect(faults).toBeGreaterThanOrEqual(10);
      expect(records).toBeGreaterThan(5_000);
      expect(expected).toBeGreaterThan(500);
    },
    PATIENCE_MS,
  );
});
