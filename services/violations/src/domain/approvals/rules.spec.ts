import { describe, expect, it } from '@jest/globals';
import type { FindingOfMergeRequest, LicenseOfMergeRequest, MergeRequestChanged } from '@auditmesh/events';
import type { Json } from '@auditmesh/policies';
import { sampleMergeRequest } from '@auditmesh/testing';
import { checkCommits, readAnyMergeRequest } from './any-merge-request.js';
import { checkLicenses, readLicenseFinding } from './license-finding.js';
import { checkFindings, readScanFinding } from './scan-finding.js';

const NOW = sampleMergeRequest().occurred_at;
const DAY = 86_400_000_000;

const finding = (more: Partial<FindingOfMergeRequest> = {}): FindingOfMergeRequest => ({
  scanner: 'sast',
  severity: 'critical',
  state: 'new_needs_triage',
  count: 1,
  false_positive: false,
  fix_available: false,
  detected_at: null,
  ...more,
});

describe('a rule about any merge request', () => {
  const check = (commits: string, ...signed: (boolean | null)[]) => {
    const [commit] = sampleMergeRequest().commits;
    const facts = sampleMergeRequest({
      commits: signed.map((each, i) => ({ ...commit!, sha: String(i), signed: each })),
    });
    return checkCommits(readAnyMergeRequest({ commits }), facts);
  };

  it('matches every one', () => {
    expect(check('any')).toMatchObject({ kind: 'matched' });
  });

  it('matches those with unsigned commits, and names them', () => {
    expect(check('unsigned', true, false, null)).toEqual({
      kind: 'matched',
      data: { commits: 'unsigned', unsigned_count: 1, unsigned_commits: ['1'] },
    });
    expect(check('unsigned', true)).toEqual({ kind: 'unmatched' });
  });

  it('cannot be evaluated while nobody knows whether commits are signed', () => {
    expect(check('unsigned', true, null)).toMatchObject({ kind: 'unknown', error: 'signatures_unknown' });
  });
});

describe('a rule about findings', () => {
  const done = [{ scanner: 'sast', status: 'success' }];
  const usual = {
    scanners: ['sast'],
    vulnerabilities_allowed: 0,
    severity_levels: [],
    vulnerability_states: [],
  };
  const check = (rule: Json, facts: Partial<MergeRequestChanged>) =>
    checkFindings(
      readScanFinding({ ...usual, ...(rule as object) }),
      sampleMergeRequest({ scans: done, ...facts }),
    );
  const kind = (rule: Json, ...findings: FindingOfMergeRequest[]) => check(rule, { findings }).kind;

  it('matches more findings than are allowed, and tells how many', () => {
    const findings = [finding({ count: 2 }), finding({ severity: 'low' })];
    expect(check({ vulnerabilities_allowed: 2 }, { findings })).toMatchObject({
      kind: 'matched',
      data: { findings_count: 3, vulnerabilities_allowed: 2 },
    });
    expect(check({ vulnerabilities_allowed: 3 }, { findings }).kind).toBe('unmatched');
  });

  it.each<[string, Json, Partial<FindingOfMergeRequest>, boolean]>([
    ['another scanner', {}, { scanner: 'dast' }, false],
    ['any scanner where none is named', { scanners: [] }, { scanner: 'dast' }, true],
    ['another severity', { severity_levels: ['critical'] }, { severity: 'high' }, false],
    ['its severity', { severity_levels: ['critical', 'high'] }, { severity: 'high' }, true],
    ['a known finding where states are not named', {}, { state: 'detected' }, false],
    ['a new dismissed one', {}, { state: 'new_dismissed' }, true],
    ['the former name of new ones', { vulnerability_states: ['newly_detected'] }, {}, true],
    ['a known one', { vulnerability_states: ['detected'] }, { state: 'detected' }, true],
    [
      'a false positive',
      { vulnerability_attributes: { false_positive: false } },
      { false_positive: true },
      false,
    ],
    ['no false positive', { vulnerability_attributes: { false_positive: false } }, {}, true],
    ['one without a fix', { vulnerability_attributes: { fix_available: true } }, {}, false],
    ['one with a fix', { vulnerability_attributes: { fix_available: true } }, { fix_available: true }, true],
  ])('counts by its filters: %s', (_, rule, given, counted) => {
    expect(kind(rule, finding(given))).toBe(counted ? 'matched' : 'unmatched');
  });

  it.each<[string, number, string, number | null, boolean]>([
    ['greater_than', 30, 'day', 31, true],
    ['greater_than', 30, 'day', 29, false],
    ['less_than', 2, 'week', 13, true],
    ['less_than', 2, 'week', 15, false],
    ['greater_than', 1, 'month', 32, true],
    ['greater_than', 1, 'month', 30, false],
    ['greater_than', 1, 'year', 366, true],
    ['less_than', 1, 'year', 364, true],
    ['greater_than', 1, 'year', null, true],
  ])(
    'counts known findings by their age: %s %d %s, %p days old: %p',
    (operator, value, interval, days, counted) => {
      const rule = { vulnerability_states: ['detected'], vulnerability_age: { operator, value, interval } };
      const detected_at = days === null ? null : NOW - days * DAY;
      expect(kind(rule, finding({ state: 'detected', detected_at }))).toBe(counted ? 'matched' : 'unmatched');
    },
  );

  it('does not ask for the age of new findings', () => {
    const vulnerability_age = { operator: 'greater_than', value: 1, interval: 'day' };
    expect(kind({ vulnerability_age }, finding({ detected_at: NOW }))).toBe('matched');
  });

  it.each<[string, Json, MergeRequestChanged['scans'], object]>([
    [
      'no scan has run',
      {},
      [],
      { kind: 'unknown', error: 'scan_missing', data: { missing_scanners: ['sast'] } },
    ],
    [
      'another one has run',
      {},
      [{ scanner: 'dast', status: 'success' }],
      { kind: 'unknown', error: 'scan_missing' },
    ],
    ['no scan at all has run', { scanners: [] }, [], { kind: 'unknown', error: 'scan_missing' }],
    [
      'the scan failed',
      {},
      [{ scanner: 'sast', status: 'failed' }],
      { kind: 'unknown', error: 'scan_failed' },
    ],
    ['the scan runs', {}, [{ scanner: 'sast', status: 'running' }], { kind: 'running' }],
    ['another scan runs', {}, [...done, { scanner: 'dast', status: 'running' }], { kind: 'unmatched' }],
    [
      'a scan runs, of any',
      { scanners: [] },
      [...done, { scanner: 'dast', status: 'running' }],
      { kind: 'running' },
    ],
    ['it failed once', {}, [...done, { scanner: 'sast', status: 'failed' }], { kind: 'unmatched' }],
    [
      'no scan is needed for what was known before',
      { vulnerability_states: ['detected'] },
      [],
      { kind: 'unmatched' },
    ],
  ])('cannot be evaluated without its scans: %s', (_, rule, scans, result) => {
    expect(check(rule, { scans })).toMatchObject(result);
  });

  it('matches what was found also where another scan is missing', () => {
    expect(kind({ scanners: ['sast', 'dast'] }, finding())).toBe('matched');
  });
});

describe('a rule about licences', () => {
  const licence = (name: string, more: Partial<LicenseOfMergeRequest> = {}): LicenseOfMergeRequest => ({
    name,
    state: 'newly_detected',
    packages: [],
    ...more,
  });
  const check = (rule: object, licenses: LicenseOfMergeRequest[] | null) =>
    checkLicenses(
      readLicenseFinding({ license_states: ['newly_detected'], ...rule }),
      sampleMergeRequest({ licenses }),
    );
  const kind = (rule: object, ...licenses: LicenseOfMergeRequest[]) => check(rule, licenses).kind;

  it('denies the licences listed, or all but them', () => {
    const listed = { license_types: ['GPL-3.0', 'AGPL-3.0'], match_on_inclusion_license: true };
    expect(check(listed, [licence('MIT'), licence('gpl-3.0')])).toEqual({
      kind: 'matched',
      data: { licenses_count: 1, licenses: ['gpl-3.0'] },
    });
    expect(kind(listed, licence('MIT'))).toBe('unmatched');
    const others = { license_types: ['MIT'], match_on_inclusion: false };
    expect(kind(others, licence('MIT'))).toBe('unmatched');
    expect(kind(others, licence('MIT'), licence('BSD-3-Clause'))).toBe('matched');
  });

  it('looks at new licences, at known ones, or at all', () => {
    const rule = { license_types: ['GPL-3.0'] };
    const known = licence('GPL-3.0', { state: 'detected' });
    expect(kind(rule, known)).toBe('unmatched');
    expect(kind({ ...rule, license_states: ['detected'] }, known)).toBe('matched');
    expect(kind({ ...rule, license_states: [] }, known)).toBe('matched');
  });

  it('knows exceptions by package', () => {
    const excluding = { packages: { excluding: { purls: ['pkg:npm/a', 'pkg:npm/b@2'] } } };
    const denied = { licenses: { denied: [{ name: 'GPL-3.0', ...excluding }] } };
    const gpl = (...packages: string[]) => licence('GPL-3.0', { packages });
    expect(kind(denied, gpl('pkg:npm/a@1', 'pkg:npm/b@2'))).toBe('unmatched');
    expect(kind(denied, gpl('pkg:npm/a@1', 'pkg:npm/b@3'))).toBe('matched');
    expect(kind(denied, gpl('pkg:npm/ab'))).toBe('matched');
    expect(kind(denied, gpl())).toBe('matched');
    const allowed = { licenses: { allowed: [{ name: 'GPL-3.0', ...excluding }] } };
    expect(kind(allowed, gpl('pkg:npm/a@1'))).toBe('matched');
    expect(kind(allowed, gpl('pkg:npm/c'))).toBe('unmatched');
    expect(kind(allowed, licence('MIT'))).toBe('matched');
  });

  it('cannot be evaluated without a report', () => {
    expect(check({ license_types: ['MIT'] }, null)).toMatchObject({
      kind: 'unknown',
      error: 'license_report_missing',
    });
  });
});
