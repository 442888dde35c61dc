import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  eventId,
  logKey,
  topics,
  type AuditEvent,
  type ComplianceChange,
  type ComplianceCommand,
  type DirectoryChanged,
} from '@auditmesh/events';
import { RecordProducer, type OpenTopics } from '@auditmesh/kafka';
import { eventually, sampleEvent, ServiceProcess, TestKafka } from '@auditmesh/testing';
import { ann, changed, framework, namespace, project } from '../../test/engine.js';
import { groups, usedTopics } from '../../test/kafka-of-service.js';
import { CONTROLS_GROUP } from './controls.handler.js';

const CONTROL = 'minimum_approvals_required_2';
const people = ['ben', 'cem'];

let kafka: TestKafka;
let open: OpenTopics;
let producer: RecordProducer;
let services: ServiceProcess[];
let n: number;

beforeEach(async () => {
  kafka = new TestKafka();
  open = await kafka.create(usedTopics, groups);
  producer = new RecordProducer(kafka.client, open);
  await producer.connect();
  services = [];
  n = 0;
});

afterEach(async () => {
  await producer.disconnect();
  await Promise.all(services.map((service) => service.stop('SIGKILL')));
});

async function start(environment: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await ServiceProcess.start('violations', { ...kafka.environment, ...environment });
  services.push(service);
  return service;
}

const directory = (...changes: DirectoryChanged[]) =>
  producer.send(
    topics.directoryChanges,
    changes.map((value) => ({ key: value.tenant, value })),
  );
const required = (...projects: number[]) => framework(5, [CONTROL], { projects });

/** Somebody merges now, with so many approvals; of the project, or of a group. */
function merge(approvals: number, change: Partial<AuditEvent> = {}): AuditEvent {
  const occurred_at = change.occurred_at ?? Date.now() * 1_000;
  return sampleEvent(n++, {
    type: 'merge_request_merged',
    actor: ann,
    scope: { type: 'project', id: '7', path: 'n1/p7', root_namespace_id: '1' },
    attributes: JSON.stringify({ required_approvals: 2, approvers: people.slice(0, approvals) }),
    ...change,
    occurred_at,
  });
}

const happen = (events: AuditEvent[], key = '1.0') =>
  producer.send(
    topics.auditEvents,
    events.map((value) => ({ key, value })),
  );

function ask(asked: Partial<ComplianceCommand>): Promise<unknown> {
  const value: ComplianceCommand = {
    ...{
      id: eventId(0, 'test', String(n++)),
      tenant: '1',
      project_id: 7,
      occurred_at: Date.now() * 1_000,
      actor: ann,
    },
    ...{ transition: null, comment: null, link: null, verdict: null, evaluation: null, ...asked },
  };
  return producer.send(topics.complianceCommands, [{ key: '1.0', value }]);
}

const told = async (): Promise<ComplianceChange[]> =>
  (await kafka.readAll(open, topics.complianceViolations)).map(({ value }) => value);
const detections = async () => (await told()).flatMap(({ detection }) => detection ?? []);
const trail = async (type: string) =>
  (await kafka.readAll(open, topics.auditEvents))
    .map(({ value }) => value)
    .filter((event) => event.type === type);

/** What all before it gave is there when this is: its control_state is that of another project. */
async function settled(): Promise<void> {
  const scope = { type: 'project', id: '8', path: 'n1/p8', root_namespace_id: '1' };
  await directory(project(8, 1), framework(6, [CONTROL], { projects: [8] }));
  await happen([merge(2, { scope })]);
  await eventually(async () => expect((await told()).some(({ project_id }) => project_id === 8)).toBe(true));
}

describe('the engine on Kafka', () => {
  it('finds the merge request that needed two approvals and had one, and tells it from topic to topic', async () => {
    await directory(namespace(1, null), project(7, 1), required(7));
    await start();
    const broken = merge(1);
    await happen([merge(2), broken]);
    const [violation, ...others] = await eventually(async () => {
      const found = await detections();
      expect(found).not.toEqual([]);
      return found;
    });
    expect(others).toEqual([]);
    expect(violation).toMatchObject({
      ...{ audit_event_id: broken.id, audit_event_log: '1.0', title: 'At least two approvals' },
      expression: 'size(event.details.approvers) >= 2',
      values: JSON.stringify({ 'event.details.approvers': ['ben'] }),
      requirements: [{ framework_id: 5, framework_name: 'F5', requirement_id: 50, requirement_name: 'R5' }],
    });
    expect(await trail('compliance_control_status_fail')).toMatchObject([
      { scope: { id: '7', path: 'n1/p7' }, target: { name: CONTROL }, cause: { id: broken.id } },
    ]);
    const [record] = await kafka.readAll(open, topics.complianceViolations);
    expect([record!.key, record!.headers.ce_source]).toEqual(['1.0', 'auditmesh/violations']);
  });

  it('finds each once, also when an event comes again and when it is killed between', async () => {
    await directory(namespace(1, null), project(7, 1), required(7));
    const events = Array.from({ length: 3_000 }, () => merge(1));
    const first = await start();
    await happen(events.slice(0, 1_500));
    await eventually(async () => expect((await detections()).length).toBeGreaterThan(0));
    await happen(events.slice(1_000));
    await first.stop('SIGKILL');
    await start();
    await happen(events.slice(0, 100));
    await settled();
    const found = await detections();
    expect(found.map((each) => each.audit_event_id).sort()).toEqual(events.map(({ id }) => id).sort());
    expect(await trail('compliance_control_status_fail')).toHaveLength(1);
  });

  it('judges an event by the frameworks of its own time, also when it comes late', async () => {
    await directory(namespace(1, null), project(7, 1));
    const before = merge(1);
    await happen([before]);
    await eventually(() => expect(Date.now() * 1_000).toBeGreaterThan(before.occurred_at));
    await directory(required(7));
    const [assigned] = (await kafka.readAll(open, topics.directoryChanges)).slice(-1);
    const during = merge(1, { occurred_at: assigned!.timestamp * 1_000 });
    await directory(required());
    await eventually(async () => {
      const last = (await kafka.readAll(open, topics.directoryChanges)).at(-1)!;
      expect(Date.now()).toBeGreaterThan(last.timestamp);
    });
    await start();
    await happen([merge(1), during]);
    await settled();
    const found = await detections();
    expect(found.map((each) => each.audit_event_id)).toEqual([during.id]);
  });

  it('does what commands ask, and sends what cannot be done to the dead-letter queue with why', async () => {
    await directory(namespace(1, null), project(7, 1), required(7));
    await start();
    await happen([merge(1)]);
    const [{ violation_id }] = await eventually(async () => {
      const found = await detections();
      expect(found).toHaveLength(1);
      return found as [(typeof found)[0]];
    });
    await ask({ transition: { violation_id, to: 'in_review', reason: null } });
    await ask({ transition: { violation_id, to: 'dismissed', reason: null } });
    await ask({ comment: { violation_id, text: 'A hotfix.' } });
    await eventually(async () => expect((await told()).at(-1)!.comment).not.toBeNull());
    expect((await told()).flatMap(({ transition }) => transition?.to ?? [])).toEqual(['in_review']);
    const [letter, ...others] = await kafka.deadLetters(CONTROLS_GROUP);
    expect(others).toEqual([]);
    expect(letter!.headers).toMatchObject({ dlq_reason: expect.stringContaining('reason') });
    expect(await trail('update_project_compliance_violation')).toMatchObject([
      { message: `Changed the violation of "${CONTROL}" in n1/p7 from detected to in_review` },
      { message: `Commented on the violation of "${CONTROL}" in n1/p7` },
    ]);
  });

  it('evaluates an event of a group for all its projects, in all logs, and reports them together', async () => {
    const projects = Array.from({ length: 40 }, (_, i) => 100 + i);
    const all = projects.map((id) => project(id, 2));
    await directory(namespace(1, null, 4), namespace(2, 1), ...all, framework(5, [CONTROL], { groups: [2] }));
    await start();
    const scope = { type: 'group', id: '2', path: 'n1/n2', root_namespace_id: '1' };
    const event = merge(1, { scope });
    await happen([event]);
    await eventually(async () => expect(await detections()).toHaveLength(40));
    const changes = await kafka.readAll(open, topics.complianceViolations);
    for (const { key, value } of changes) expect(key).toBe(logKey('1', 4, String(value.project_id)));
    expect(new Set(changes.map(({ key }) => key)).size).toBeGreaterThan(1);
    const candidates = (await kafka.readAll(open, topics.auditCandidates)).map(({ value }) => value);
    expect(candidates).toHaveLength(41);
    expect(candidates[0]).toMatchObject({ ordinal: 0, expected: 40, cause: { id: event.id } });
    expect(await trail('compliance_control_status_fail')).toEqual([]);
  });

  it('tells of a group event once though its candidates take many transactions and it is killed between two', async () => {
    const projects = Array.from({ length: 600 }, (_, i) => 100 + i);
    const all = projects.map((id) => project(id, 2));
    const groups = framework(5, [CONTROL], { groups: [2], projects: [7] });
    await directory(namespace(1, null, 4), namespace(2, 1), project(7, 1), ...all, groups);
    const scope = { type: 'group', id: '2', path: 'n1/n2', root_namespace_id: '1' };
    const events = [merge(1), merge(1, { scope }), merge(1)];
    await happen(events);
    const first = await start({ TRANSACTION_CANDIDATES: '3' });
    const candidates = async () =>
      (await kafka.readAll(open, topics.auditCandidates)).map(({ value }) => value);
    await eventually(async () => expect(await candidates()).not.toEqual([]));
    await first.stop('SIGKILL');
    expect((await candidates()).length).toBeLessThan(601);

    await start({ TRANSACTION_CANDIDATES: '100' });
    await eventually(async () => expect(await detections()).toHaveLength(602), 60_000);
    const numbered = new Map((await candidates()).map((each) => [each.ordinal, each]));
    expect([...numbered.keys()].toSorted((a, b) => a! - b!)).toEqual(
      Array.from({ length: 601 }, (_, i) => i),
    );
    for (const { ordinal, consolidation_key, project_id } of await candidates()) {
      expect(consolidation_key).toBe(numbered.get(0)!.consolidation_key);
      expect(project_id).toBe(ordinal === 0 ? null : projects[ordinal! - 1]);
    }
    const changes = await told();
    expect(new Set(changes.map(({ id }) => id)).size).toBe(changes.length);
    expect(await trail('compliance_control_status_fail')).toHaveLength(1);
    const commands = await kafka.readAll(open, topics.complianceCommands);
    expect(commands.map(({ key }) => key).toSorted()).toEqual(['1.0', '1.1', '1.2', '1.3']);
  }, 90_000);

  it('takes over the controls that a tenant wrote, and leaves out one that does not load', async () => {
    const definition = (name: string, field: string) =>
      `name: ${name}\ntitle: Small\ndescription: Small titles only.\nevaluated: events\ntriggers: [merge_request_merged]\nexpression: ${field} == "x"\nseverity: low\n`;
    const control = (name: string, field: string) =>
      changed(`control/1/${name}`, {
        control: { namespace_id: 1, name, definition: definition(name, field) },
      });
    await directory(
      ...[
        namespace(1, null),
        project(7, 1),
        control('good', 'event.outcome'),
        control('bad', 'event.nothing'),
      ],
      framework(5, ['good', 'bad'], { projects: [7] }),
    );
    const { url } = await start();
    await happen([merge(1)]);
    await eventually(async () => expect(await detections()).toMatchObject([{ title: 'Small' }]));
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('auditmesh_controls_left_out_total 1');
    expect(metrics).toMatch(/auditmesh_control_evaluations_total{result="fail"} 1/);
    expect(metrics).toMatch(/auditmesh_violations_open{partition="\d"} 1/);
  });
});
