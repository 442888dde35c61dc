import {
  logKey,
  plainFramework,
  plainRequirement,
  topics,
  type ComplianceChange,
  type DirectoryChanged,
} from '@auditmesh/events';
import {
  idOfViolation,
  sampleChange,
  sampleDetection,
  sampleDirectoryChange,
  TestPostgres,
} from '@auditmesh/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LOGS } from '../migrations/5-violation-logs.js';
import { migrate } from '../migrations/data-source.js';
import { Database } from './database.js';
import { DirectoryHistory } from './directory-history.js';
import { DirectoryTables } from './directory.js';
import { Statuses } from './statuses.js';
import { Violations, type Refused } from './violations.js';
import type { RecordedChange } from '../domain/violation-rows.js';

const RECORDED_MS = 1_795_000_100_000;
/** Logs of each tenant. */
const SHARDS = 3;

let postgres: TestPostgres;
let database: Database;
let tables: DirectoryTables;
let violations: Violations;
let offsets: Map<string, number>;

beforeEach(async () => {
  postgres = await TestPostgres.create();
  await migrate(postgres.url, 'trail');
  database = new Database(postgres.url, 'trail');
  startAnew();
  offsets = new Map();
});

/** As a process that knows nothing yet. */
function startAnew(): void {
  const history = new DirectoryHistory();
  const statuses = new Statuses(history);
  tables = new DirectoryTables(database, history, statuses);
  violations = new Violations(database, statuses);
}

afterEach(async () => {
  await database.onApplicationShutdown();
  await postgres.drop();
});

async function change(changes: DirectoryChanged[], seconds = 0): Promise<void> {
  const range = rangeOf(topics.directoryChanges.name, changes.length);
  const first = range.expectedOffset ?? 0;
  const recordedAt = RECORDED_MS + seconds * 1_000;
  await tables.write(
    range,
    changes.map((each, i) => ({ change: each, partition: 0, offset: first + i, recordedAt })),
  );
  offsets.set(range.topic, range.nextOffset);
}

async function tell(
  changes: ComplianceChange[],
  refuse?: (refused: Refused<RecordedChange>[]) => Promise<void>,
): Promise<string[]> {
  const range = rangeOf(topics.complianceViolations.name, changes.length);
  const first = range.expectedOffset ?? 0;
  const reasons: string[] = [];
  await violations.write(
    range,
    changes.map((each, i) => ({
      ...{ change: each, offset: first + i, recordedAt: RECORDED_MS },
      log: logKey(each.tenant, SHARDS, String(each.project_id)),
    })),
    refuse ?? ((refused) => Promise.resolve(void reasons.push(...refused.map(({ reason }) => reason)))),
  );
  offsets.set(range.topic, range.nextOffset);
  return reasons;
}

function rangeOf(topic: string, count: number) {
  const expectedOffset = offsets.get(topic);
  return {
    group: 'projector',
    topic,
    partition: 0,
    expectedOffset,
    nextOffset: (expectedOffset ?? 0) + count,
  };
}

const rows = (table: string, columns = '*', order = '1, 2') =>
  postgres.query(`SELECT ${columns} FROM trail.${table} ORDER BY ${order}`);

const external = {
  id: 7,
  name: 'Pentest',
  url: 'https://pentest.example',
  ping_enabled: true,
  timeout_s: 60,
};
const review = {
  ...plainRequirement,
  ...{ id: 91, name: 'Review', description: 'Two people look', controls: ['two_approvals'] },
  external_controls: [external],
  security_policies: [{ policy_project_id: 42, type: 'approval_policy', name: 'Two' }],
};
const soc2 = {
  ...plainFramework,
  id: 9,
  namespace_id: 1,
  name: 'SOC 2',
  projects: [70],
  requirements: [review],
};
const project = {
  ...{ id: 70, path: 'acme/ledger', namespace_id: 1 },
  ...{ archived: false, personal: false, settings: '{}' },
};
const directory = [
  sampleDirectoryChange('namespace/1', {
    namespace: { id: 1, path: 'acme', parent_id: null, log_shards: 1 },
  }),
  sampleDirectoryChange('project/70', { project }),
  sampleDirectoryChange('framework/9', { framework: soc2 }),
];
const moved = (n: number, number: number, from: string, to: string, reason: string | null = null) =>
  sampleChange(n, {
    transition: { violation_id: idOfViolation(1), number, from, to, automatic: false, reason },
  });

describe('the tables of ADR 005', () => {
  it('have frameworks with their requirements, and the controls and policies of these', async () => {
    const control = { namespace_id: 1, name: 'ours', definition: 'name: ours' };
    await change([...directory, sampleDirectoryChange('control/1/ours', { control })]);
    const times = { created_at: new Date(RECORDED_MS), updated_at: new Date(RECORDED_MS) };
    expect(await rows('compliance_requirements')).toEqual([
      {
        ...{ id: '91', ...times, tenant: '1', namespace_id: '1', framework_id: '9', name: 'Review' },
        ...{ description: 'Two people look', requirement_type: 0, external_url: 'https://pentest.example' },
        expression: '["two_approvals","external/7"]',
      },
    ]);
    const shown = 'position, control, control_type, external_control_name, ping_enabled, timeout_s';
    const none = { external_control_name: null, ping_enabled: null, timeout_s: null };
    expect(await rows('compliance_requirements_controls', shown)).toEqual([
      { position: 0, control: 'two_approvals', control_type: 0, ...none },
      {
        ...{ position: 1, control: 'external/7', control_type: 1 },
        ...{ external_control_name: 'Pentest', ping_enabled: true, timeout_s: 60 },
      },
    ]);
    expect(await rows('security_policy_requirements')).toEqual([
      {
        ...{ compliance_requirement_id: '91', policy_project_id: '42', policy_type: 'approval_policy' },
        ...{ policy_name: 'Two', ...times, namespace_id: '1' },
      },
    ]);
    expect(await rows('compliance_controls', 'namespace_id, name, definition')).toEqual([
      { ...control, namespace_id: '1' },
    ]);
  });

  it('keep when a requirement came and when it changed, and lose it with its framework', async () => {
    await change(directory);
    await change([sampleDirectoryChange('framework/9', { framework: { ...soc2, name: 'SOC two' } })], 1);
    const renamed = {
      ...soc2,
      requirements: [
        { ...review, name: 'Reviews' },
        { ...plainRequirement, id: 92, name: 'New' },
      ],
    };
    await change([sampleDirectoryChange('framework/9', { framework: renamed })], 2);
    const at = (seconds: number) => new Date(RECORDED_MS + seconds * 1_000);
    expect(await rows('compliance_requirements', 'id, created_at, updated_at')).toEqual([
      { id: '91', created_at: at(0), updated_at: at(2) },
      { id: '92', created_at: at(2), updated_at: at(2) },
    ]);
    await change([sampleDirectoryChange('framework/9', null)], 3);
    for (const table of [
      'compliance_requirements',
      'compliance_requirements_controls',
      'security_policy_requirements',
    ])
      expect(await rows(table)).toEqual([]);
    expect(await rows('project_requirement_compliance_status')).toEqual([]);
    const versions = await rows(
      'directory_versions',
      `key, valid_from, entry->'framework'->>'name' AS name`,
      'kafka_offset',
    );
    expect(versions.slice(2)).toEqual([
      { key: 'framework/9', valid_from: at(0), name: 'SOC 2' },
      { key: 'framework/9', valid_from: at(1), name: 'SOC two' },
      { key: 'framework/9', valid_from: at(2), name: 'SOC 2' },
      { key: 'framework/9', valid_from: at(3), name: null },
    ]);
  });

  it('have a violation with the snapshot, all its requirements and everything that happened to it', async () => {
    await change(directory);
    await tell([
      sampleDetection(1),
      sampleChange(2, { comment: { violation_id: idOfViolation(1), number: 1, text: 'Why?' } }),
      moved(3, 2, 'detected', 'in_review'),
      sampleChange(4, {
        link: {
          violation_id: idOfViolation(1),
          number: 3,
          url: 'https://t.example/1',
          title: 'T-1',
          removed: false,
        },
      }),
      moved(5, 4, 'in_review', 'dismissed', 'A test'),
    ]);
    expect(await rows('project_compliance_violations')).toEqual([
      expect.objectContaining({
        ...{ id: idOfViolation(1), project_id: '70', compliance_requirement_id: '91', status: 3 },
        log: logKey('1', SHARDS, '70'),
        compliance_requirement_expression: {
          expression: 'event.details.approval_count >= 2',
          values: { 'event.details.approval_count': 1 },
        },
        ...{ closed_at: new Date(1_795_000_000_005), transitions: 2, changes: 4, actor_name: 'Ann' },
      }),
    ]);
    expect(
      await rows('project_compliance_violation_requirements', 'framework_name, requirement_name', 'position'),
    ).toEqual([
      { framework_name: 'SOC 2', requirement_name: 'Review' },
      { framework_name: 'ISO', requirement_name: 'Four eyes' },
    ]);
    const shown = 'number, kind, from_status, to_status, reason, comment, url';
    const none = { from_status: null, to_status: null, reason: null, comment: null, url: null };
    expect(await rows('project_compliance_violation_changes', shown)).toEqual([
      { ...none, number: 0, kind: 'detected', to_status: 0 },
      { ...none, number: 1, kind: 'comment', comment: 'Why?' },
      { ...none, number: 2, kind: 'transition', from_status: 0, to_status: 1 },
      { ...none, number: 3, kind: 'link', url: 'https://t.example/1' },
      { ...none, number: 4, kind: 'transition', from_status: 1, to_status: 3, reason: 'A test' },
    ]);
  });

  it('had no logs before; those that they get are where they are', async () => {
    const namespace = { id: 1, path: 'acme', parent_id: null, log_shards: SHARDS };
    await change([sampleDirectoryChange('namespace/1', { namespace })]);
    const ofGone = { tenant: '4', project_id: 444 };
    await tell([
      ...Array.from({ length: 40 }, (_, n) => sampleDetection(n, { project_id: 70 + n })),
      sampleDetection(40, ofGone),
    ]);
    const logs = () => rows('project_compliance_violations', 'project_id, log');
    const before = await logs();
    expect(new Set(before.map(({ log }) => log)).size).toBe(SHARDS + 1);
    await postgres.query(
      `SET search_path = trail; UPDATE project_compliance_violations SET log = ''; ${LOGS}`,
    );
    expect(await logs()).toEqual(
      before.map((row) => (row.project_id === '444' ? { ...row, log: '4.0' } : row)),
    );
  });

  it('have a status for each of very many projects, also from a process that has just started', async () => {
    const ids = Array.from({ length: 1_200 }, (_, i) => 1_000 + i);
    await change([
      directory[0]!,
      ...ids.map((id) =>
        sampleDirectoryChange(`project/${id}`, { project: { ...project, id, path: `acme/p${id}` } }),
      ),
    ]);
    startAnew();
    const framework = { ...soc2, projects: [], groups: [1] };
    await change([sampleDirectoryChange('framework/9', { framework })], 1);
    const byStatus = () =>
      postgres.query(
        'SELECT status, count(*)::int AS n FROM trail.project_requirement_compliance_status GROUP BY 1 ORDER BY 1',
      );
    expect(await byStatus()).toEqual([{ status: 2, n: 1_200 }]);
    startAnew();
    await tell(ids.slice(0, 1_100).map((project_id, n) => sampleDetection(n, { project_id })));
    expect(await byStatus()).toEqual([
      { status: 1, n: 1_100 },
      { status: 2, n: 100 },
    ]);
  });

  it('are the same when every record comes again', async () => {
    const control_state = { state: 'indeterminate', reason: 'No value.', values: '{}', due_at: null };
    const all = [sampleDetection(1), moved(2, 1, 'detected', 'resolved'), sampleChange(3, { control_state })];
    const dump = async () => [
      await rows('project_compliance_violations'),
      await rows('project_compliance_violation_requirements'),
      await rows('project_compliance_violation_changes'),
      await rows('project_control_states'),
      await rows('project_requirement_compliance_status'),
    ];
    await change(directory);
    await tell(all);
    const before = await dump();
    expect(before.map((table) => table.length)).toEqual([1, 2, 2, 1, 1]);
    await tell([...all, ...all]);
    expect(await dump()).toEqual(before);
  });

  it('have all of a batch or nothing, and the offset with it', async () => {
    await change(directory);
    const before = await rows('kafka_offsets');
    const batch = [
      sampleDetection(1),
      sampleChange(2, { comment: { violation_id: idOfViolation(9), number: 1, text: '' } }),
    ];
    await expect(tell(batch, () => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
    expect(await rows('project_compliance_violations')).toEqual([]);
    expect(await rows('kafka_offsets')).toEqual(before);
    await tell(batch);
    expect(await rows('project_requirement_compliance_status', 'status', '1')).toEqual([{ status: 1 }]);
  });

  it('refuse what is told of a violation that is not there, or of one of another project', async () => {
    const comment = { violation_id: idOfViolation(1), number: 1, text: 'x' };
    const reasons = await tell([
      sampleChange(2, { comment: { ...comment, violation_id: idOfViolation(5) } }),
      sampleDetection(1),
      sampleChange(3, { comment, project_id: 71 }),
      sampleChange(4, { comment }),
    ]);
    expect(reasons).toEqual([
      `The project 70 has no violation ${idOfViolation(5)} of the control two_approvals.`,
      `The project 71 has no violation ${idOfViolation(1)} of the control two_approvals.`,
    ]);
  });

  it('cannot lose a violation or its history to the roles that write and read them', async () => {
    await tell([sampleDetection(1)]);
    for (const statement of [
      'DELETE FROM trail.project_compliance_violations',
      'DELETE FROM trail.project_compliance_violation_changes',
      "UPDATE trail.project_compliance_violations SET title = 'x'",
      "UPDATE trail.project_compliance_violation_changes SET reason = 'x'",
      'TRUNCATE trail.directory_versions',
    ])
      for (const role of ['projector', 'api'])
        await expect(postgres.query(`SET ROLE auditmesh_${role}; ${statement}`)).rejects.toThrow(
          /permission denied/,
        );
  });
});
