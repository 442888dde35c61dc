import type { FindingOfMergeRequest, MergeRequestChanged, ScanOfMergeRequest } from '@auditmesh/events';
import { field, type Json } from '@auditmesh/policies';
import { isOfAge, readAge, type AgeLimit } from './finding-age.js';
import { count, texts } from './policy-values.js';
import { unmatched, type RuleResult } from './rule-result.js';

/** A rule about what security scans have found. */
export interface ScanFinding {
  type: 'scan_finding';
  /** None for all. */
  scanners: string[];
  allowed: number;
  /** None for all. */
  severities: string[];
  states: ReadonlySet<string>;
  falsePositive: boolean | null;
  fixAvailable: boolean | null;
  age: AgeLimit | null;
}

const NEW = ['new_needs_triage', 'new_dismissed'];

/** Without states it is about new findings; `newly_detected` is the former name of both their states. */
export function readScanFinding(rule: Json): ScanFinding {
  const states = texts(field(rule, 'vulnerability_states'));
  const attribute = (name: string) => {
    const value = field(field(rule, 'vulnerability_attributes'), name);
    return typeof value === 'boolean' ? value : null;
  };
  return {
    type: 'scan_finding',
    scanners: texts(field(rule, 'scanners')),
    allowed: count(field(rule, 'vulnerabilities_allowed')) ?? 0,
    severities: texts(field(rule, 'severity_levels')),
    states: new Set(
      states.length ? states.flatMap((state) => (state === 'newly_detected' ? NEW : [state])) : NEW,
    ),
    falsePositive: attribute('false_positive'),
    fixAvailable: attribute('fix_available'),
    age: readAge(field(rule, 'vulnerability_age')),
  };
}

/**
 * More findings than are allowed match, also where other scans are missing. Else every scan of the rule must have
 * succeeded (where it names none, at least one, and none may have failed); only what was known before needs no scan.
 */
export function checkFindings(rule: ScanFinding, facts: MergeRequestChanged): RuleResult {
  const counted = facts.findings.filter((finding) => counts(rule, finding, facts.occurred_at));
  const found = counted.reduce((sum, finding) => sum + finding.count, 0);
  if (found > rule.allowed) {
    const findings = counted.map(({ scanner, severity, state, count: number }) => ({
      ...{ scanner, severity, state, count: number },
    }));
    return {
      kind: 'matched',
      data: { findings_count: found, vulnerabilities_allowed: rule.allowed, findings },
    };
  }
  return NEW.some((state) => rule.states.has(state)) ? whatIsMissing(rule, facts.scans) : unmatched;
}

function whatIsMissing({ scanners }: ScanFinding, scans: ScanOfMergeRequest[]): RuleResult {
  const having = (status: string) =>
    scans.filter((scan) => scan.status === status).map(({ scanner }) => scanner);
  const concerned = (names: string[]) =>
    [...new Set(names)].filter((name) => !scanners.length || scanners.includes(name)).toSorted();
  const [done, failed, running] = ['success', 'failed', 'running'].map(having) as [
    string[],
    string[],
    string[],
  ];
  const missing = scanners.filter((name) => !scans.some(({ scanner }) => scanner === name)).toSorted();
  if (concerned(running).length) return { kind: 'running', data: { running_scanners: concerned(running) } };
  if (missing.length || !scans.length)
    return { kind: 'unknown', error: 'scan_missing', data: { missing_scanners: missing } };
  const lost = concerned(failed).filter((name) => !done.includes(name));
  return lost.length ? { kind: 'unknown', error: 'scan_failed', data: { failed_scanners: lost } } : unmatched;
}

/** @param now µs since the epoch */
function counts(rule: ScanFinding, finding: FindingOfMergeRequest, now: number): boolean {
  const { scanner, severity, state, false_positive, fix_available, detected_at } = finding;
  return (
    (!rule.scanners.length || rule.scanners.includes(scanner)) &&
    (!rule.severities.length || rule.severities.includes(severity)) &&
    rule.states.has(state) &&
    (rule.falsePositive === null || rule.falsePositive === false_positive) &&
    (rule.fixAvailable === null || rule.fixAvailable === fix_available) &&
    (rule.age === null || NEW.includes(state) || isOfAge(rule.age, detected_at, now))
  );
}
