import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noEntity, topics, type AuditEvent, type DirectoryChanged } from '@auditmesh/events';
import { RecordProducer, type OpenTopics } from '@auditmesh/kafka';
import { startService } from '@auditmesh/runtime';
import {
  eventually,
  idOfViolation,
  sampleChange,
  sampleDetection,
  sampleEvent,
  TestKafka,
  TestPostgres,
} from '@auditmesh/testing';
import { migrate } from './migrations/data-source.js';
import { service } from './projector.module.js';

type App = Awaited<ReturnType<typeof startService>>;

let kafka: TestKafka;
let postgres: TestPostgres;
let open: OpenTopics;
let producer: RecordProducer;
let apps: App[];

beforeEach(async () => {
  kafka = new TestKafka();
  postgres = await TestPostgres.create();
  open = await kafka.create(
    [topics.auditEvents, topics.directoryChanges, topics.directoryEntries, topics.complianceViolations],
    ['projector', 'projector.directory'],
  );
  await migrate(postgres.url, 'trail');
  producer = new RecordProducer(kafka.client, open);
  await producer.connect();
  apps = [];
});

afterEach(async () => {
  await producer.disconnect();
  await Promise.all(apps.map((app) => app.close()));
  await postgres.drop();
});

async function start(more: Record<string, string> = {}): Promise<App> {
  const app = await startService(service, { ...kafka.environment, DATABASE_URL: postgres.url, ...more });
  apps.push(app);
  return app;
}

const send = (events: AuditEvent[], key = '1.0') =>
  producer.send(
    topics.auditEvents,
    events.map((value) => ({ key, value })),
  );
const count = async () =>
  Number((await postgres.query<{ n: string }>('SELECT count(*) AS n FROM trail.audit_events'))[0]!.n);
const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => sampleEvent(from + i));

describe('the projector', () => {
  it('writes every event once, at contiguous positions of its log, into the month it happened', async () => {
    await start();
    await send(range(0, 500));
    await send([...range(400, 600), sampleEvent(600, { occurred_at: 12_345_678 })]);
    await eventually(async () => expect(await count()).toBe(601));
    const positions = await postgres.query<{ log: string; low: string; high: string; n: string }>(
      'SELECT log, min(log_position) AS low, max(log_position) AS high, count(DISTINCT log_position) AS n FROM trail.audit_events GROUP BY log',
    );
    expect(positions).toEqual([{ log: '1.0', low: '0', high: '600', n: '601' }]);
    expect(await postgres.query('SELECT * FROM trail.log_heads')).toEqual([{ log: '1.0', size: '601' }]);
    const [old] = await postgres.query(
      'SELECT occurred_at::text, tableoid::regclass::text AS part FROM trail.audit_events WHERE occurred_at < $$1971-01-01$$',
    );
    expect(old).toEqual({
      occurred_at: '1970-01-01 00:00:12.345678+00',
      part: 'trail.audit_events_standard_1970_01',
    });
  });

  it('keeps every field, and text that looks like the format it is copied in', async () => {
    await start();
    const event = sampleEvent(1, {
      message: 'tab\t newline\n backslash\\ \\N end\r 😀',
      attributes: '{"a":"\\t\\\\","n":1.5,"list":[null,true]}',
      consolidation: {
        key: 'k',
        affected_projects_count: 3,
        affected_projects_sample: ['7'],
        affected_projects: null,
        complete: true,
        missing: 0,
        amends: null,
      },
      contents: [{ sha256: 'abc', text: '"long"' }],
    });
    await send([event]);
    await eventually(async () => expect(await count()).toBe(1));
    const [row] = await postgres.query('SELECT * FROM trail.audit_events');
    expect(row).toMatchObject({
      message: event.message,
      details: { a: '\t\\', n: 1.5, list: [null, true] },
      consolidation: event.consolidation,
      actor_ip: '10.0.0.1',
    });
    expect(await postgres.query('SELECT * FROM trail.audit_event_contents')).toEqual([
      { sha256: 'abc', text: '"long"' },
    ]);
  });

  it('goes on where the database says, also when a second projector takes over', async () => {
    const first = await start();
    await send(range(0, 300));
    await eventually(async () => expect(await count()).toBe(300));
    await start();
    await send(range(300, 600));
    await first.close();
    await send(range(600, 900));
    await eventually(async () => expect(await count()).toBe(900));
    const [{ n } = { n: '' }] = await postgres.query<{ n: string }>(
      'SELECT count(DISTINCT log_position) AS n FROM trail.audit_events',
    );
    expect(n).toBe('900');
  });

  it('puts an event that breaks the contract into the dead-letter queue and goes on', async () => {
    await start();
    await send([
      sampleEvent(1),
      sampleEvent(2, { type: 'no_such_type' }),
      sampleEvent(3, { message: 'NUL \0' }),
      sampleEvent(4, { attributes: '"no object"' }),
      sampleEvent(5, { id: sampleEvent(6, { occurred_at: 5 }).id }),
      sampleEvent(7, { occurred_at: Date.now() * 1000 + 3 * 86_400_000_000 }),
      sampleEvent(8),
    ]);
    await eventually(async () => expect(await count()).toBe(2));
    const letters = await kafka.deadLetters('projector');
    expect(letters.map((l) => l.headers.dlq_reason)).toEqual([
      'The type "no_such_type" is not in the catalog.',
      'A text contains NUL or a lone surrogate.',
      'The attributes are no JSON object.',
      'The id does not begin with the millisecond of occurred_at.',
      'It happened more than a day after it was written here.',
    ]);
  });

  it('takes types of the configured folder beside ours', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'auditmesh-types-'));
    const text = 'name: wiki_page_created\nsaved_to_database: true\nstreamed: true\nscope: [Project]\n';
    writeFileSync(join(folder, 'wiki_page_created.yml'), text);
    await start({ CATALOG_FOLDER: folder });
    rmSync(folder, { recursive: true });
    await send([
      sampleEvent(1, { type: 'wiki_page_created' }),
      sampleEvent(2, { type: 'wiki_page_deleted' }),
      sampleEvent(3),
    ]);
    await eventually(async () => expect(await count()).toBe(2));
    const [letter] = await kafka.deadLetters('projector');
    expect(letter!.headers.dlq_reason).toBe('The type "wiki_page_deleted" is not in the catalog.');
  });

  it('has a role that can neither change nor delete what is written', async () => {
    await start();
    await send([sampleEvent(1)]);
    await eventually(async () => expect(await count()).toBe(1));
    for (const statement of [
      "UPDATE trail.audit_events SET message = 'x'",
      'DELETE FROM trail.audit_events',
      'TRUNCATE trail.audit_events',
    ]) {
      await expect(postgres.query(`SET ROLE auditmesh_projector; ${statement}`)).rejects.toThrow(
        /permission denied/,
      );
      await expect(postgres.query(`SET ROLE auditmesh_api; ${statement}`)).rejects.toThrow(
        /permission denied/,
      );
    }
  });

  it('turns changes of the directory into tables and into entries', async () => {
    await start();
    const actor = sampleEvent(0).actor;
    const change = (key: string, entry: DirectoryChanged['entry']): DirectoryChanged => ({
      key,
      replaces: null,
      replaced_by: null,
      tenant: '1',
      occurred_at: 1,
      actor,
      entry,
    });
    const empty = { tenant: '1', ...noEntity };
    const project = {
      id: 70,
      path: 'acme/ledger',
      namespace_id: 1,
      archived: false,
      personal: false,
      settings: '{"a":1}',
    };
    await producer.send(
      topics.directoryChanges,
      [
        change('namespace/1', {
          ...empty,
          namespace: { id: 1, path: 'acme', parent_id: null, log_shards: 1 },
        }),
        change('project/70', { ...empty, project: { ...project, path: 'acme/old' } }),
        change('project/71', { ...empty, project: { ...project, id: 71 } }),
        change('policy-link/namespace/1/42', {
          ...empty,
          policy_link: { policy_project_id: 42, namespace_id: 1, project_id: null },
        }),
        change('project/70', { ...empty, project }),
        change('project/71', null),
      ].map((value) => ({ key: '1', value })),
    );
    await eventually(async () => {
      expect(await postgres.query('SELECT * FROM trail.projects')).toEqual([
        { key: 'project/70', tenant: '1', ...project, id: '70', namespace_id: '1', settings: { a: 1 } },
      ]);
      expect(await postgres.query('SELECT policy_project_id, namespace_id FROM trail.policy_links')).toEqual([
        { policy_project_id: '42', namespace_id: '1' },
      ]);
      const all = await kafka.readLatest(open, topics.directoryEntries);
      expect([...all.keys()].toSorted()).toEqual(['namespace/1', 'policy-link/namespace/1/42', 'project/70']);
      expect(all.get('project/70')!.project).toMatchObject({ path: 'acme/ledger' });
    });
  });

  it('writes violations once, and puts what breaks their contract into the dead-letter queue', async () => {
    await start();
    const state = { state: 'good', reason: null, values: null, due_at: null };
    const comment = { violation_id: idOfViolation(8), number: 1, text: 'x' };
    const detection = sampleDetection(2).detection!;
    const changes = [
      sampleDetection(1),
      sampleChange(2, {}),
      sampleChange(3, { control_state: state }),
      sampleChange(4, { comment }),
      sampleDetection(5, { detection: { ...detection, values: '{' } }),
      sampleDetection(6, { detection: { ...detection, title: 'NUL \0' } }),
      sampleDetection(7, { tenant: '2' }),
      sampleDetection(1),
      sampleDetection(9),
    ];
    await producer.send(
      topics.complianceViolations,
      changes.map((value) => ({ key: '1.0', value })),
    );
    await eventually(async () => {
      const rows = await postgres.query(
        'SELECT id FROM trail.project_compliance_violations ORDER BY detected_at',
      );
      expect(rows).toEqual([{ id: idOfViolation(1) }, { id: idOfViolation(9) }]);
    });
    const letters = await kafka.deadLetters('projector');
    expect(letters.map((l) => l.headers.dlq_reason)).toEqual([
      'Exactly one of its families is to be set, not 0.',
      'The state "good" is none of pass, fail, pending, indeterminate.',
      'A text that must be JSON is none.',
      'A text contains NUL or a lone surrogate.',
      'The key "1.0" is not {tenant}.{shard} of the tenant "2".',
      `The project 70 has no violation ${idOfViolation(8)} of the control two_approvals.`,
    ]);
  });
});
