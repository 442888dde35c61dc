import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  noEntity,
  topics,
  type AuditCandidate,
  type DirectoryChanged,
  type DirectoryEntry,
  type PolicyEnforcementReported,
  type PolicyFilePushed,
} from '@auditmesh/events';
import { RecordProducer, type OpenTopics } from '@auditmesh/kafka';
import { rmSync, writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, ServiceProcess, TestKafka } from '@auditmesh/testing';

const at = 1_795_000_000_000_000;
const ann = { name: 'Ann Lee', email: 'ann@example.com', at };
const none = { tenant: '1', ...noEntity };

let kafka: TestKafka;
let open: OpenTopics;
let producer: RecordProducer;
let processes: ServiceProcess[];
let folder: string;

beforeEach(async () => {
  kafka = new TestKafka();
  open = await kafka.create(
    [
      topics.policyPushes,
      topics.policyEnforcements,
      topics.policyStates,
      topics.auditCandidates,
      topics.directoryChanges,
      topics.directoryEntries,
    ],
    ['policy-sync'],
  );
  producer = new RecordProducer(kafka.client, open);
  await producer.connect();
  processes = [];
  folder = mkdtempSync(join(tmpdir(), 'policy-sync-'));
});

afterEach(async () => {
  await producer.disconnect();
  await Promise.all(processes.map((p) => p.stop('SIGKILL')));
  rmSync(folder, { recursive: true });
});

/** @param flags rule of the rollout flag, as YAML */
async function start(flags?: string): Promise<ServiceProcess> {
  const process = await ServiceProcess.start('policy-sync', {
    ...kafka.environment,
    ...(flags === undefined ? {} : { FLAGS_FILE: flagsFile(flags) }),
    DIRECTORY_PATIENCE_MS: '500',
  });
  processes.push(process);
  return process;
}

function flagsFile(rule: string): string {
  const path = join(folder, 'flags.yml');
  writeFileSync(path, `flags: {security_policy_audit_events: ${rule}}`);
  return path;
}

/** A metric of the service, by its name and labels. */
async function metric({ url }: ServiceProcess, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))!
      .slice(name.length + 1),
  );
}

/** Tenant 1 with the policy project 42 and `count` projects that it governs. */
async function directory(count: number): Promise<void> {
  const project = (id: number, namespace_id: number): [string, Partial<DirectoryEntry>] => [
    `project/${id}`,
    { project: { id, path: `p/${id}`, namespace_id, archived: false, personal: false, settings: '{}' } },
  ];
  const namespace = (id: number, parent_id: number | null): [string, Partial<DirectoryEntry>] => [
    `namespace/${id}`,
    { namespace: { id, path: `n${id}`, parent_id, log_shards: 1 } },
  ];
  const entries = [
    namespace(1, null),
    namespace(2, 1),
    project(42, 1),
    ...Array.from({ length: count }, (_, i) => project(1_000 + i, 2)),
    [
      'policy-link/namespace/2/42',
      { policy_link: { policy_project_id: 42, namespace_id: 2, project_id: null } },
    ] as const,
  ];
  await producer.send(
    topics.directoryEntries,
    entries.map(([key, entry]) => ({ key, value: { ...none, ...entry } })),
  );
}

const policy = (name: string, approvals: number) =>
  `- name: ${name}\n  enabled: true\n  actions: [{type: require_approval, approvals_required: ${approvals}}]\n`;
const file = (...policies: string[]) => `approval_policy:\n${policies.join('') || '  []\n'}`;

async function push(
  push_id: string,
  content: string | null,
  change: Partial<PolicyFilePushed> = {},
  headers = { ce_source: 'test', ce_id: push_id },
) {
  const value: PolicyFilePushed = {
    push_id,
    policy_project_id: 42,
    file_path: 'policy.yml',
    content,
    commit_sha: 'a'.repeat(40),
    author: ann,
    committer: ann,
    pusher: null,
    occurred_at: at,
    imported: false,
    author_account: null,
    merge_request: null,
    commits: [],
    ...change,
  };
  await producer.send(topics.policyPushes, [{ key: String(value.policy_project_id), value, headers }]);
}

const candidates = async () => (await kafka.readAll(open, topics.auditCandidates)).map((r) => r.value);
const headers = async () => (await candidates()).flatMap(({ event }) => (event ? [event] : []));
const applied = (pushId: string) =>
  eventually(async () =>
    expect((await kafka.readLatest(open, topics.policyStates)).has(`42/push/${pushId}`)).toBe(true),
  );

describe('policy-sync', () => {
  it('compares each push with the one before, over a restart, and knows a push again', async () => {
    await directory(2);
    const first = await start();
    await push('1', file(policy('A', 1)));
    await push('2', file(policy('A', 2), policy('B', 1)));
    await applied('2');
    await first.stop();
    await start();
    await push('2', file(policy('A', 2), policy('B', 1)));
    await push('3', 'approval_policy: [');
    await push('4', file(policy('B', 1)));
    await push('5', null);
    await applied('5');
    const told = (await headers()).map(
      (e) => `${e.cause.id} ${e.type} ${e.policy_change?.policy_name ?? ''}`,
    );
    expect(told.toSorted()).toEqual([
      '1 security_policy_create A',
      '2 security_policy_create B',
      '2 security_policy_update A',
      '3 security_policy_yaml_invalidated ',
      '4 security_policy_delete A',
      '4 security_policy_yaml_restored ',
      '5 security_policy_delete B',
    ]);
  });

  it('writes a fan-out larger than a transaction once, also when it is killed in the middle', async () => {
    const count = 30_000;
    await directory(count);
    const first = await start();
    await push('1', file(policy('A', 1), policy('B', 1)));
    await eventually(async () => expect((await candidates()).length).toBeGreaterThan(0));
    await first.stop('SIGKILL');
    await start();
    await eventually(
      async () => expect((await kafka.readLatest(open, topics.policyStates)).has('42/push/1')).toBe(true),
      60_000,
    );

    const byKey = Map.groupBy(await candidates(), (c: AuditCandidate) => c.consolidation_key);
    expect([...byKey.keys()].toSorted()).toEqual([
      '42/1/create/approval_policy/A',
      '42/1/create/approval_policy/B',
    ]);
    for (const list of byKey.values()) {
      expect(list).toHaveLength(count + 1);
      expect(new Set(list.map((c) => c.ordinal)).size).toBe(count + 1);
      expect(list.every((c) => c.expected === count)).toBe(true);
      expect(list.find((c) => c.ordinal === 7)!.project_id).toBe(1_006);
    }
    expect((await kafka.readLatest(open, topics.policyStates)).has('42/fanout')).toBe(false);
  });

  it('finishes a fan-out by the variant of the flag that let it pass, also when the flag went off meanwhile', async () => {
    const count = 30_000;
    await directory(count);
    const first = await start('{state: on, percentage: 0, allow: [1]}');
    await push('1', file(policy('A', 1), policy('B', 1)));
    await eventually(async () => expect((await candidates()).length).toBeGreaterThan(0));
    await first.stop('SIGKILL');
    expect((await kafka.readLatest(open, topics.policyStates)).get('42/fanout')).toMatchObject({
      fanout: { variant: 'allow_list' },
    });
    await start('{state: off}');
    await eventually(
      async () => expect((await kafka.readLatest(open, topics.policyStates)).has('42/push/1')).toBe(true),
      60_000,
    );
    const all = await candidates();
    expect(all).toHaveLength(2 * (count + 1));
    expect(all.filter(({ event }) => event).map((c) => c.rollout_variant)).toEqual([
      'allow_list',
      'allow_list',
    ]);
  });

  it('counts pushes that are held back, and emits what they changed when they come again, in their order', async () => {
    await directory(1);
    const held = 'auditmesh_rollout_held_back_total{kind="push"}';
    const pushes = [file(policy('A', 1)), file(policy('A', 2), policy('B', 1)), null];
    const off = await start('{state: off}');
    for (const [i, content] of pushes.entries()) await push(`p${i}`, content);
    await push('p0', pushes[0]!);
    await applied('p2');
    expect(await candidates()).toEqual([]);
    expect(await metric(off, held)).toBe(3);
    await off.stop();

    const on = await start('{state: on}');
    await push('new', file(policy('C', 1)));
    for (const [i, content] of [...pushes, ...pushes].entries()) await push(`p${i % 3}`, content);
    await push('last', file());
    await applied('last');
    const told = (await headers()).map(
      ({ cause, type, policy_change }) =>
        `${cause.id} ${type.replace('security_policy_', '')} ${policy_change!.policy_name}`,
    );
    expect(told.toSorted()).toEqual([
      'last delete C',
      'new create C',
      'p0 create A',
      'p1 create B',
      'p1 update A',
      'p2 delete A',
      'p2 delete B',
    ]);
    const emitted = (await kafka.readAll(open, topics.policyStates)).flatMap(({ value }) =>
      value?.push && !value.push.skipped ? [value.push.push_id] : [],
    );
    expect(emitted).toEqual(['new', 'p0', 'p1', 'p2', 'last']);
    expect(await metric(on, held)).toBe(0);
  });

  it('waits for the directory, then reports that it does not know the policy project', async () => {
    await start();
    await push('1', file(policy('A', 1)), { policy_project_id: 77 });
    const [event] = await eventually(async () => {
      const events = await headers();
      expect(events).toHaveLength(1);
      return events;
    });
    expect(event!.scope).toEqual({ type: 'project', id: '77', path: null, root_namespace_id: null });
    expect(event!.policy_change!.unresolved).toBe(true);
    expect(event!.policy_change!.warnings).toContain('The policy project 77 is unknown to the directory.');
  });

  it('puts a push without its cause into the dead-letter queue, and goes on', async () => {
    await directory(1);
    await start();
    await push('1', file(policy('A', 1)), {}, { ce_source: 'test', ce_id: '' });
    await push('2', file(policy('A', 1)), { occurred_at: Date.now() * 1000 + 2 * 86_400_000_000 });
    await push('3', file(policy('A', 1)));
    await applied('3');
    expect((await kafka.deadLetters('policy-sync')).map((l) => l.headers.dlq_reason)).toEqual([
      'The header ce_id is missing; with the other one it identifies the cause.',
      'The push happened more than a day after it was written here.',
    ]);
    expect(await headers()).toHaveLength(1);
  });

  it('tells of reports and of links to policy projects, and rejects what is no report', async () => {
    await directory(1);
    await start();
    const cause = (id: string) => ({ ce_source: 'test', ce_id: id });
    const report: PolicyEnforcementReported = {
      policy_project_id: 42,
      kind: 'pipeline_skipped',
      policies: [{ type: 'scan_execution_policy', name: 'Scan' }],
      project_id: 1_000,
      project_path: null,
      occurred_at: at,
      actor: null,
      reason: null,
      bypass_type: null,
      exemption: [],
      pipeline_id: 5,
      schedule_id: null,
      ref: null,
      commit_sha: null,
      merge_request: null,
    };
    const bypass = { ...report, kind: 'bypassed', bypass_type: 'user' };
    await producer.send(topics.policyEnforcements, [
      { key: '42', value: report, headers: cause('r1') },
      { key: '42', value: { ...report, kind: 'nonsense' }, headers: cause('r2') },
      { key: '42', value: bypass, headers: cause('r3') },
    ]);
    const policy_link = { policy_project_id: 42, namespace_id: 2, project_id: null };
    const link: DirectoryChanged = {
      key: 'policy-link/namespace/2/42',
      tenant: '1',
      occurred_at: at,
      actor: { id: '17', type: 'user', name: 'Ann', email: null, ip: null, user_agent: null },
      entry: { ...none, policy_link },
      replaces: null,
      replaced_by: null,
    };
    await producer.send(topics.directoryChanges, [{ key: '1', value: link, headers: cause('d1') }]);

    const told = await eventually(async () => {
      const all = await candidates();
      expect(all).toHaveLength(3);
      return new Map(all.map((candidate) => [candidate.type, candidate]));
    });
    expect(told.get('security_policy_pipeline_skipped')).toMatchObject({
      ordinal: null,
      project_id: 1_000,
      occurrence: { project_path: 'p/1000', pipeline_id: 5 },
      scope: { id: '42', path: 'p/42', root_namespace_id: '1' },
    });
    expect(told.get('security_policy_user_push_bypass')!.event!.bypass).toMatchObject({ project_id: 1_000 });
    expect(told.get('policy_project_updated')!.event!.policy_project).toMatchObject({
      change: 'linked',
      container_path: 'n2',
    });
    expect((await kafka.deadLetters('policy-sync')).map((l) => l.headers.dlq_reason)).toEqual([
      expect.stringContaining('The kind "nonsense" is none of'),
    ]);
  });
});
