import { describe, expect, it } from '@jest/globals';
import { tally } from './test-tally.js';

const good = { success: true, numPassedTests: 3, numFailedTests: 0, numRuntimeErrorTestSuites: 0 };

describe('the sum of test runs', () => {
  it('adds up what passed and what failed', () => {
    expect(tally([good, { ...good, success: false, numFailedTests: 2 }])).toEqual({ passed: 6, failed: 2 });
  });

  it('counts a suite that could not be run as a failure', () => {
    expect(tally([{ ...good, success: false, numRuntimeErrorTestSuites: 1 }])).toEqual({
      passed: 3,
      failed: 1,
    });
  });

  it('counts a run that left no report as a failure', () => {
    expect(tally([good, undefined])).toEqual({ passed: 3, failed: 1 });
  });

  it('counts a run that failed for another reason than its tests', () => {
    expect(tally([{ ...good, success: false }])).toEqual({ passed: 3, failed: 1 });
  });

  it('is nothing for no runs', () => {
    expect(tally([])).toEqual({ passed: 0, failed: 0 });
  });
});
