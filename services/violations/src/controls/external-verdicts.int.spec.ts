import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventId, plainRequirement, topics, type ComplianceCommand } from '@auditmesh/events';
import { RecordProducer, type OpenTopics } from '@auditmesh/kafka';
import { eventually, ServiceProcess, TestKafka } from '@auditmesh/testing';
import { ann, framework, namespace, project } from '../../test/engine.js';
import { groups, usedTopics } from '../../test/kafka-of-service.js';

const external = { id: 9, name: 'Board', url: 'https://board.example', ping_enabled: true, timeout_s: 30 };
const requirements = [{ ...plainRequirement, id: 50, name: 'R', external_controls: [external] }];

let kafka: TestKafka;
let open: OpenTopics;
let producer: RecordProducer;
let services: ServiceProcess[];

beforeEach(async () => {
  kafka = new TestKafka();
  open = await kafka.create(usedTopics, groups);
  producer = new RecordProducer(kafka.client, open);
  await producer.connect();
  services = [];
  const board = framework(5, [], { projects: [7], requirements });
  await producer.send(
    topics.directoryChanges,
    [namespace(1, null), project(7, 1), board].map((value) => ({ key: '1', value })),
  );
});

afterEach(async () => {
  await producer.disconnect();
  await Promise.all(services.map((service) => service.stop('SIGKILL')));
});

async function start(): Promise<ServiceProcess> {
  const service = await ServiceProcess.start('violations', kafka.environment);
  services.push(service);
  return service;
}

/** @param due µs since the epoch */
async function say(status: string, due: number | null = null): Promise<void> {
  const occurred_at = Date.now() * 1_000;
  const value: ComplianceCommand = {
    ...{ id: eventId(occurred_at, 'test', status), tenant: '1', project_id: 7, occurred_at, actor: ann },
    ...{ transition: null, comment: null, link: null, evaluation: null },
    verdict: { control_id: 9, status, due_at: due, renews: false },
  };
  await producer.send(topics.complianceCommands, [{ key: '1.0', value }]);
}

const states = async () =>
  (await kafka.readAll(open, topics.complianceViolations)).map(({ value }) => [
    value.control_state!.state,
    value.at,
  ]);

describe('the time of an external control', () => {
  it('runs out as of its end though the engine was killed meanwhile, is told once, and a late verdict counts', async () => {
    const first = await start();
    const due = Date.now() * 1_000 + 2_000_000;
    await say('pending', due);
    await eventually(async () => expect(await states()).toHaveLength(1));
    await first.stop('SIGKILL');
    const second = await start();
    await eventually(async () => expect(await states()).toHaveLength(2), 30_000);
    await second.stop('SIGKILL');
    await start();
    await say('pass');
    await eventually(async () => expect(await states()).toHaveLength(3));
    expect(await states()).toEqual([
      ['pending', expect.any(Number)],
      ['fail', due],
      ['pass', expect.any(Number)],
    ]);
    const told = (await kafka.readAll(open, topics.auditEvents)).map(({ value }) => value);
    expect(told.map(({ type, occurred_at }) => [type, occurred_at])).toEqual([
      ['pending_compliance_external_control_failed', due],
      ['compliance_control_status_fail', due],
      ['compliance_control_status_pass', expect.any(Number)],
    ]);
  }, 90_000);
});
