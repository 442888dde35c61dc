import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Catalog, plainFramework, plainRequirement, topics, type AuditEvent } from '@auditmesh/events';
import { RecordProducer } from '@auditmesh/kafka';
import { startService } from '@auditmesh/runtime';
import {
  eventually,
  idOfViolation,
  sampleChange,
  sampleDetection,
  sampleDirectoryChange,
  sampleEvent,
  TestKafka,
  TestPostgres,
} from '@auditmesh/testing';
import { migrate } from '../migrations/data-source.js';
import { service } from '../projector.module.js';
import { rebuild } from './rebuild.js';

type App = Awaited<ReturnType<typeof startService>>;

let kafka: TestKafka;
let postgres: TestPostgres;
let producer: RecordProducer;
let projector: App;

beforeEach(async () => {
  kafka = new TestKafka();
  postgres = await TestPostgres.create();
  const open = await kafka.create(
    [topics.auditEvents, topics.directoryChanges, topics.directoryEntries, topics.complianceViolations],
    ['projector', 'projector.directory'],
  );
  await migrate(postgres.url, 'trail');
  producer = new RecordProducer(kafka.client, open);
  await producer.connect();
  projector = await startService(service, { ...kafka.environment, DATABASE_URL: postgres.url });
});

afterEach(async () => {
  await producer.disconnect();
  await projector.close();
  await postgres.drop();
});

const send = (events: AuditEvent[]) =>
  producer.send(
    topics.auditEvents,
    events.map((value) => ({ key: `${value.scope.root_namespace_id}.0`, value })),
  );
const range = (from: number, to: number, change: (n: number) => Partial<AuditEvent> = () => ({})) =>
  Array.from({ length: to - from }, (_, i) => sampleEvent(from + i, change(from + i)));
const count = async () =>
  Number((await postgres.query<{ n: string }>('SELECT count(*) AS n FROM trail.audit_events'))[0]!.n);
const run = (acceptDifferences = false) =>
  rebuild(kafka.client, kafka.registry, {
    url: postgres.url,
    schema: 'trail',
    catalog: new Catalog(),
    acceptDifferences,
  });
const dump = (schema = 'trail') =>
  postgres.query(`SELECT * FROM ${schema}.audit_events ORDER BY log, log_position`);

/** Events of three tenants over years, with repetitions, faults and a long value; a directory and violations. */
async function history(): Promise<void> {
  const tenant = (n: number) => ({
    scope: { type: 'project', id: '7', path: null, root_namespace_id: String(1 + (n % 3)) },
  });
  await send(
    range(0, 300, (n) => ({ ...tenant(n), occurred_at: 1_500_000_000_000_000 + n * 86_400_000_000 * 3 })),
  );
  await send(
    range(250, 310, (n) =>
      n < 300 ? { ...tenant(n), occurred_at: 1_500_000_000_000_000 + n * 86_400_000_000 * 3 } : tenant(n),
    ),
  );
  await send([
    sampleEvent(500, { type: 'nonsense' }),
    sampleEvent(501, { contents: [{ sha256: 'x', text: '"y"' }] }),
  ]);
  await compliance();
  await eventually(async () => {
    expect(await count()).toBe(311);
    expect(await violationsAndStatuses()).toEqual({
      violations: [{ status: 2 }, { status: 0 }],
      statuses: [{ status: 1 }],
    });
  });
}

/** A framework assigned to a project, two violations of it, one of them resolved, and a record about none. */
async function compliance(): Promise<void> {
  const project = {
    id: 70,
    path: 'acme/ledger',
    namespace_id: 1,
    archived: false,
    personal: false,
    settings: '{}',
  };
  const requirements = [{ ...plainRequirement, id: 91, name: 'Review', controls: ['two_approvals'] }];
  const framework = {
    ...plainFramework,
    id: 9,
    namespace_id: 1,
    name: 'SOC 2',
    projects: [70],
    requirements,
  };
  const namespace = { id: 1, path: 'acme', parent_id: null, log_shards: 1 };
  await producer.send(
    topics.directoryChanges,
    [
      sampleDirectoryChange('namespace/1', { namespace }),
      sampleDirectoryChange('project/70', { project }),
      sampleDirectoryChange('framework/9', { framework }),
      sampleDirectoryChange('framework/9', { framework: { ...framework, name: 'SOC two' } }),
      sampleDirectoryChange('framework/8', { framework: { ...framework, id: 8, name: 'NUL \0' } }),
    ].map((value) => ({ key: '1', value })),
  );
  const of = { violation_id: idOfViolation(1), number: 1 };
  const transition = { ...of, from: 'detected', to: 'resolved', automatic: false, reason: null };
  const comment = { ...of, violation_id: idOfViolation(7), text: 'nothing is there' };
  const control_state = { state: 'pass', reason: null, values: null, due_at: null };
  await producer.send(
    topics.complianceViolations,
    [
      sampleDetection(1),
      sampleChange(2, { control_state }),
      sampleChange(3, { transition }),
      sampleChange(4, { comment }),
      sampleDetection(5),
      sampleDetection(1),
    ].map((value) => ({ key: '1.0', value })),
  );
}

const violationsAndStatuses = async () => ({
  violations: await postgres.query(
    'SELECT status FROM trail.project_compliance_violations ORDER BY detected_at',
  ),
  statuses: await postgres.query('SELECT status FROM trail.project_requirement_compliance_status'),
});

describe('rebuild', () => {
  it('writes the same rows again while the mesh goes on, and lets them take the place of the old ones', async () => {
    await history();
    const before = await dump();
    const sending = send(range(1_000, 3_000));
    const result = await run();
    await sending;
    expect(result.comparisons.filter((c) => !c.same)).toEqual([]);
    expect(result.swapped).toBe(true);
    const rows = new Map(result.comparisons.map((c) => [c.table, c.after.rows]));
    expect(rows.get('project_compliance_violation_changes')).toBe(3);
    expect(rows.get('directory_versions')).toBe(4);
    expect(rows.get('project_requirement_compliance_status')).toBe(1);
    await eventually(async () => expect(await count()).toBe(2_311));
    const after = await dump();
    expect(after.filter((row) => before.some((b) => b.id === row.id))).toEqual(before);
    await producer.send(topics.complianceViolations, [{ key: '1.0', value: sampleDetection(6) }]);
    await eventually(async () => expect((await violationsAndStatuses()).violations).toHaveLength(3));
    await send([sampleEvent(9_999, { occurred_at: 1_100_000_000_000_000 })]);
    await eventually(async () => expect(await count()).toBe(2_312));
    expect(await postgres.query("SELECT 1 FROM pg_namespace WHERE nspname LIKE 'trail_%'")).toEqual([]);
  });

  it('finds what was altered, and leaves all as it is unless the difference is accepted', async () => {
    await history();
    const before = await dump();
    await postgres.query(
      "UPDATE trail.audit_events SET message = 'forged' WHERE log_position = 3 AND log = '1.0'",
    );
    const refused = await run();
    expect(refused.swapped).toBe(false);
    expect(refused.comparisons.filter((c) => !c.same).map((c) => c.table)).toEqual(['audit_events']);
    expect((await dump()).filter((row) => row.message === 'forged')).toHaveLength(1);

    expect((await run(true)).swapped).toBe(true);
    expect(await dump()).toEqual(before);
    expect((await dump('trail_before')).filter((row) => row.message === 'forged')).toHaveLength(1);
  });
});
