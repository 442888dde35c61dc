import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics, type PolicyEnforcementReported } from '@auditmesh/events';
import { eventually } from '@auditmesh/testing';
import { actor } from './support/actor.js';
import { report } from './support/enforcement-report.js';
import { lineOf } from './support/policy-project.js';
import { TestMesh, type EventJson } from './support/test-mesh.js';

const PROJECTS = 150;
let mesh: TestMesh;

beforeAll(async () => {
  mesh = await TestMesh.start({
    ENFORCEMENT_BUCKET_MS: '2000',
    ENFORCEMENT_GRACE_MS: '500',
    WINDOW_IDLE_MS: '1000',
  });
  await mesh.directory({
    namespaces: [
      { id: 1, path: 'acme' },
      { id: 2, path: 'acme/payments', parent: 1 },
    ],
    projects: [
      { id: 42, path: 'acme/security-policies', namespace: 1 },
      ...Array.from({ length: PROJECTS }, (_, i) => ({
        id: 100 + i,
        path: `acme/payments/p${i}`,
        namespace: 2,
      })),
    ],
    policy_links: [{ policy_project: 42, namespace: 2 }],
  });
});

afterAll(async () => {
  await mesh?.stop();
});

let reports = 0;
const facts = (values: PolicyEnforcementReported[]) =>
  values.map((value) => ({ id: `report-${++reports}`, value }));
const tell = (all: ReturnType<typeof facts>) => mesh.produce(topics.policyEnforcements, '42', all);
const inEach = (of: (project_id: number, i: number) => PolicyEnforcementReported) =>
  Array.from({ length: PROJECTS }, (_, i) => of(100 + i, i));
const occurrences = (events: EventJson[]): number =>
  events.reduce((sum, { details }) => sum + details.occurrences, 0);

/** The events of the query, a burst being told in one, or in two if the clock turned in between. */
const consolidated = (query: string, count: number) =>
  eventually(async () => {
    const events = await mesh.events(query);
    expect(occurrences(events)).toBe(count);
    expect(events.length).toBeLessThanOrEqual(2);
    return events;
  });

const projectsOf = async (events: EventJson[]): Promise<number[]> => {
  const lists = await Promise.all(events.map((event) => mesh.affectedProjects(event)));
  return [...new Set(lists.flatMap(({ ids }) => ids))].toSorted((a, b) => a - b);
};

describe('failures to enforce a policy', () => {
  it('in many projects are one event for each policy and reason, however often each is reported', async () => {
    const failed = (policy: string, reason: string | null, of: number[]) =>
      of.map((i) =>
        report('pipeline_failed', policy, {
          project_id: 100 + (i % PROJECTS),
          pipeline_id: 9_000 + i,
          reason,
          actor: actor({ id: String(i % 3), name: `User ${i % 3}` }),
        }),
      );
    const twice = Array.from({ length: 2 * PROJECTS }, (_, i) => i);
    const all = facts([
      ...failed('Scans', 'no runner', twice),
      ...failed('Scans', 'out of minutes', [1, 2, 3]),
      ...failed('Secrets', 'no runner', [4, 5]),
      ...failed('Silent', null, [6]),
    ]);
    await tell([...all, ...all.toReversed()]);

    const scans = await consolidated(
      'type=security_policy_pipeline_failed&target=Scans&q="no runner"',
      2 * PROJECTS,
    );
    const every = Array.from({ length: PROJECTS }, (_, i) => 100 + i);
    expect(await projectsOf(scans)).toEqual(every);
    const minutes = await consolidated('target=Scans&q="out of minutes"', 3);
    expect(await projectsOf(minutes)).toEqual([101, 102, 103]);
    expect(await projectsOf(await consolidated('target=Secrets', 2))).toEqual([104, 105]);
    expect((await consolidated('target=Silent', 1))[0]!.details.reason).toBeNull();

    expect(scans[0]).toMatchObject({
      category: 'enforcement_failure',
      outcome: 'failure',
      actor: { type: 'system' },
      scope: { type: 'project', id: '42', path: 'acme/security-policies' },
      target: { type: 'security_policy', id: 'scan_execution_policy/Scans' },
      details: {
        kind: 'pipeline_failed',
        reason: 'no runner',
        policy_type: 'scan_execution_policy',
        actors_count: 3,
      },
      consolidation: { complete: null, missing: 0 },
    });
    expect(scans[0]!.message).toMatch(/"Scans" failed \(no runner\), \d+ times in \d+ projects/);
    expect(scans[0]!.details.sample[0]).toMatchObject({
      project_path: expect.stringMatching(/^acme\/payments\/p\d+$/),
      pipeline_id: expect.any(Number),
      actor: { name: expect.stringMatching(/^User/) },
    });
  });

  it('are told apart: pipelines that were skipped, and schedules whose scans were not enforced', async () => {
    await tell(
      facts([
        ...inEach((project_id, i) =>
          report('pipeline_skipped', 'Nightly', {
            project_id,
            pipeline_id: i,
            ref: 'main',
            reason: '[skip ci]',
          }),
        ),
        ...inEach((project_id, i) =>
          report('scheduled_scan_not_enforced', 'Nightly', {
            project_id,
            schedule_id: i,
            reason: 'no branch',
          }),
        ),
      ]),
    );
    const skipped = await consolidated('target=Nightly&type=security_policy_pipeline_skipped', PROJECTS);
    const missed = await consolidated(
      'target=Nightly&type=security_policy_scheduled_scans_not_enforced',
      PROJECTS,
    );
    expect([await projectsOf(skipped), await projectsOf(missed)].map(({ length }) => length)).toEqual([
      PROJECTS,
      PROJECTS,
    ]);
    expect([skipped[0]!.details.reason, missed[0]!.details.reason]).toEqual(['[skip ci]', 'no branch']);
  });

  it('of several policies at once are an event for each', async () => {
    const policies = ['One', 'Two'].map((name) => ({ type: 'pipeline_execution_policy', name }));
    await tell(facts([report('pipeline_failed', '', { policies, project_id: 100, reason: 'both' })]));
    for (const { name } of policies) await consolidated(`target=pipeline_execution_policy/${name}`, 1);
  });

  it('that come again later are counted for their own time', async () => {
    const again = () =>
      tell(facts([report('pipeline_failed', 'Later', { project_id: 100, reason: 'no runner' })]));
    await again();
    const [first] = await consolidated('target=Later', 1);
    await again();
    const events = await consolidated('target=Later', 2);
    expect(events.map(({ details }) => details.occurrences)).toEqual([1, 1]);
    expect(events.map(({ id }) => id)).toContain(first!.id);
  });
});

describe('getting around a policy', () => {
  it('is one event each, with who, how, why and what allowed it', async () => {
    const merge_request = {
      project_id: 100,
      iid: 7,
      id: 70,
      title: 'Hotfix',
      source_branch: 'fix',
      target_branch: 'main',
    };
    const bypass = (bypass_type: string, type: string, more: Partial<PolicyEnforcementReported>) =>
      report('bypassed', 'Two eyes', {
        ...{ project_id: 100, bypass_type, ref: 'main', commit_sha: 'd'.repeat(40) },
        actor: actor({ id: '17', type, name: 'Ann Lee', ip: '10.1.2.3' }),
        ...more,
      });
    const all = facts([
      bypass('user', 'user', { reason: 'Incident 12', exemption: ['role:maintainer'] }),
      bypass('user', 'user', { reason: 'Incident 12', exemption: ['role:maintainer'] }),
      bypass('service_account', 'service_account', { exemption: ['service_account:17'] }),
      bypass('access_token', 'access_token', { reason: 'Release' }),
      bypass('merge_request', 'user', { reason: 'Incident 13', merge_request, exemption: ['group:2'] }),
    ]);
    await tell([...all, all[0]!]);
    await mesh.settled();
    const events = await mesh.events('category=enforcement_failure&target=Two eyes');
    expect(events.map(lineOf).toSorted()).toEqual([
      'access_token_push_bypass Two eyes',
      'merge_request_bypass Two eyes',
      'service_account_push_bypass Two eyes',
      'user_push_bypass Two eyes',
      'user_push_bypass Two eyes',
    ]);
    const of = (kind: string) => events.find(({ type }) => type === `security_policy_${kind}_bypass`)!;
    expect(of('user_push')).toMatchObject({
      actor: { id: '17', type: 'user', name: 'Ann Lee', ip: '10.1.2.3' },
      scope: { id: '42' },
      details: {
        reason: 'Incident 12',
        exemption: ['role:maintainer'],
        ref: 'main',
        project_path: 'acme/payments/p0',
      },
    });
    expect(of('user_push').message).toContain('with the reason: Incident 12');
    expect(of('service_account_push')).toMatchObject({
      actor: { type: 'service_account' },
      details: { reason: null },
    });
    expect(of('service_account_push').message).toContain('without a reason');
    expect(of('access_token_push')).toMatchObject({
      actor: { type: 'access_token' },
      details: { reason: 'Release' },
    });
    expect(of('merge_request').details).toMatchObject({
      reason: 'Incident 13',
      merge_request,
      exemption: ['group:2'],
    });
  });
});
