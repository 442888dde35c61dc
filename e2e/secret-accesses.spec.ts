import { describe, expect, it } from '@jest/globals';
import { runShortSuite } from './support/short-suite.ts';

const SEED = 7;
/** A minute and a half on a machine of its own, more beside other tests. */
const PATIENCE_MS = 480_000;

describe('secrets that are read', () => {
  it(
    'each have their entry, exactly one, whatever is killed meanwhile and though Kafka was away',
    async () => {
      const { result, printed } = await runShortSuite('secret-accesses/run.mjs', SEED);
      const { seed, lost, doubled, gaps, stuck, spooled_refused: refused } = result;
      if (lost || doubled || gaps || stuck || refused) throw new Error(printed);
      expect({ seed, lost, doubled, gaps, stuck, refused }).toEqual({
        seed: SEED,
        lost: 0,
        doubled: 0,
        gaps: 0,
        stuck: 0,
        refused: 0,
      });
      expect(result.given).toBeGreaterThan(40_000);
      expect(result.kills).toBeGreaterThan(5);
      expect(result.fail_closed_refused).toBeGreaterThan(0);
      expect(result.fail_closed_median_ms).toBeLessThan(1_000);
    },
    PATIENCE_MS,
  );
});
