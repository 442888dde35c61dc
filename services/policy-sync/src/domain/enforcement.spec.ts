import { describe, expect, it } from '@jest/globals';
import type { PolicyEnforcementReported } from '@auditmesh/events';
import { candidatesOfReport, faultOfReport } from './enforcement.js';

const BUCKET_MS = 600_000;
const GRACE_MS = 60_000;
const T0 = 3 * BUCKET_MS;
const headers = { ce_source: 'gitlab', ce_id: 'r1' };
const report = (change: Partial<PolicyEnforcementReported> = {}): PolicyEnforcementReported => ({
  policy_project_id: 42,
  kind: 'pipeline_failed',
  policies: [{ type: 'pipeline_execution_policy', name: 'Scan' }],
  project_id: 70,
  project_path: null,
  occurred_at: (T0 + 5_000) * 1000,
  actor: { id: '17', type: 'user', name: 'Ann', email: null, ip: null, user_agent: null },
  reason: 'no runner',
  bypass_type: null,
  exemption: [],
  pipeline_id: 5,
  schedule_id: null,
  ref: 'main',
  commit_sha: 'c',
  merge_request: null,
  ...change,
});
const candidates = (change: Partial<PolicyEnforcementReported> = {}, appended = T0 + 6_000, id = 'r1') =>
  candidatesOfReport(
    {
      report: report(change),
      cause: { source: 'gitlab', id, topic: 'policy.enforcements.v1', traceId: null, appended },
      site: {
        scope: { type: 'project', id: '42', path: 'acme/policies', root_namespace_id: '1' },
        log: '1.0',
        unresolved: false,
        warnings: [],
      },
      projectPath: 'acme/ledger',
    },
    'on',
    { lengthMs: BUCKET_MS, graceMs: GRACE_MS },
  );

describe('a policy that was not enforced', () => {
  it('is counted with others of its policy, kind, reason and ten minutes', () => {
    const key = candidates()[0]!.key;
    expect(candidates({ project_id: 71 }, T0 + BUCKET_MS - 1)[0]!.key).toBe(key);
    const others = [
      candidates({}, T0 + BUCKET_MS),
      candidates({ reason: 'other' }),
      candidates({ kind: 'pipeline_skipped' }),
      candidates({ policies: [{ type: 'pipeline_execution_policy', name: 'Other' }] }),
      candidates({ policy_project_id: 43 }),
    ];
    for (const [other] of others) expect(other!.key).not.toBe(key);
  });

  it('gives a member per policy, with the end of its time and the whole occurrence', () => {
    const [first, second] = candidates({
      policies: [
        { type: 'pipeline_execution_policy', name: 'Scan' },
        { type: 'scan_execution_policy', name: 'Nightly' },
      ],
    });
    expect(first!.candidate).toMatchObject({
      ordinal: null,
      expected: null,
      project_id: 70,
      closes_at: T0 + BUCKET_MS + GRACE_MS,
      type: 'security_policy_pipeline_failed',
      category: 'enforcement_failure',
      occurred_at: T0 * 1000,
      message: 'Pipelines with jobs of the security policy "Scan" failed (no runner)',
      occurrence: { project_path: 'acme/ledger', pipeline_id: 5, actor: { id: '17' } },
    });
    expect(second!.candidate.cause.id).not.toBe(first!.candidate.cause.id);
  });
});

describe('a policy that somebody got around', () => {
  it('gives an event of its own with who and why', () => {
    const [lone] = candidates({
      kind: 'bypassed',
      bypass_type: 'access_token',
      reason: 'hotfix',
      exemption: ['token:3'],
    });
    expect(lone!.candidate.consolidation_key).toBeNull();
    expect(lone!.candidate.event).toMatchObject({
      type: 'security_policy_access_token_push_bypass',
      actor: { id: '17' },
      message:
        'A push to "main" of acme/ledger bypassed the security policy "Scan" by access token with the reason: hotfix',
      bypass: { bypass_type: 'access_token', reason: 'hotfix', exemption: ['token:3'] },
    });
  });

  it('names the merge request, and says when no reason was given', () => {
    const merge_request = {
      project_id: 70,
      iid: 8,
      id: null,
      title: null,
      source_branch: null,
      target_branch: null,
    };
    const [lone] = candidates({
      kind: 'bypassed',
      bypass_type: 'merge_request',
      merge_request,
      reason: null,
    });
    expect(lone!.candidate.event!.type).toBe('security_policy_merge_request_bypass');
    expect(lone!.candidate.event!.message).toBe(
      'Merge request acme/ledger!8 bypassed the security policy "Scan" by merge request without a reason',
    );
  });
});

describe('faultOfReport', () => {
  it.each<[string, Partial<PolicyEnforcementReported>, RegExp]>([
    ['an unknown kind', { kind: 'exploded' }, /kind "exploded" is none of/],
    ['no policy', { policies: [] }, /names no policy/],
    ['a bypass of no known type', { kind: 'bypassed', bypass_type: 'toString' }, /bypass_type "toString"/],
    ['an id that is none', { project_id: 0 }, /project_id 0/],
    ['a text without end', { ref: 'x'.repeat(501) }, /field ref has more than 500/],
    ['a time in the future', { occurred_at: (T0 + 3 * 86_400_000) * 1000 }, /more than a day after/],
  ])('names %s', (_what, change, fault) => {
    expect(faultOfReport(report(change), headers, T0)).toMatch(fault);
  });

  it('finds nothing wrong with a sound report, and asks for its cause', () => {
    expect(faultOfReport(report(), headers, T0)).toBeUndefined();
    expect(faultOfReport(report(), { ce_source: 'x' }, T0)).toMatch(/ce_id is missing/);
  });
});
