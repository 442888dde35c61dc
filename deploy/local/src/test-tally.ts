/** The part of jest's JSON report that is counted. */
export interface JestReport {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  /** Suites that could not be run at all. */
  numRuntimeErrorTestSuites: number;
}

export interface Tally {
  passed: number;
  failed: number;
}

/**
 * Sums reports. A suite that could not be run counts as a failure, and so does a run that left no report (undefined)
 * or that failed for another reason than its tests.
 */
export function tally(reports: (JestReport | undefined)[]): Tally {
  return reports
    .map(countsOf)
    .reduce((sum, each) => ({ passed: sum.passed + each.passed, failed: sum.failed + each.failed }), {
      passed: 0,
      failed: 0,
    });
}

function countsOf(report: JestReport | undefined): Tally {
  if (!report) return { passed: 0, failed: 1 };
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return { passed: report.numPassedTests, failed: failed === 0 && !report.success ? 1 : failed };
}
