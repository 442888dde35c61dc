import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { ungathered, type AuditCandidate } from '@auditmesh/events';
import { Windows } from './windows.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const MB = 1024 * 1024;

/** Megabytes that stay in memory for what `make` gives. */
function kept(make: () => unknown): number {
  collect();
  const before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const held = make();
  collect();
  const after = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  expect(held).toBeDefined();
  return (after - before) / MB;
}

const whole = (key: string, expected: number): AuditCandidate => ({
  consolidation_key: key,
  ordinal: 1,
  project_id: 1,
  expected,
  log: '1.0',
  type: 'security_policy_update',
  category: 'policy_change',
  occurred_at: 1,
  scope: { type: 'project', id: '42', path: 'acme/policies', root_namespace_id: '1' },
  target: { type: 'security_policy', id: 'x', name: 'x' },
  cause: { id: 'p', topic: null },
  source: 's',
  event: null,
  ...ungathered,
});

const limits = { idleMs: 60_000, maxMs: 900_000 };

describe('the memory of windows', () => {
  it('is a bit per member: a window of a million takes less than a megabyte', () => {
    const size = kept(() => {
      const windows = new Windows(limits);
      const first = whole('k', 1_000_000);
      for (let ordinal = 1; ordinal <= 1_000_000; ordinal++) {
        windows.add(
          { consolidation_key: 'k', ordinal, project_id: ordinal, expected: 1_000_000 },
          ordinal,
          1_000,
          first,
        );
      }
      return windows;
    });
    expect(size).toBeLessThan(1);
  });

  it('is small for each: a hundred thousand open windows take less than 200 megabytes', () => {
    const size = kept(() => {
      const windows = new Windows(limits);
      for (let n = 0; n < 100_000; n++) {
        const candidate = whole(`key ${n}`, 10);
        windows.add(candidate, n, 1_000, candidate);
      }
      expect(windows.openCount).toBe(100_000);
      return windows;
    });
    expect(size).toBeLessThan(200);
  });
});
