import { type AuditEvent, deadLetters, logKey, topics } from '@auditmesh/events';
import { type OutgoingRecord, readPartition } from '@auditmesh/kafka';
import type { Stack } from '@auditmesh/local-stack';
import { say } from '../../command/progress.ts';
import { changesOf, complianceDirectory, ROOT } from '../../load/compliance/compliance-directory.ts';
import { complianceEvents } from '../../load/compliance/compliance-events.ts';
import { TESTED } from '../../machine/cores.ts';
import { startMeter } from '../../machine/cpu-meter.ts';
import { contest, type Contestant, type Turn } from '../../measure/contest.ts';
import { startService } from '../../processes/service.ts';
import { waitUntil } from '../../processes/wait-until.ts';
import { Corner } from '../../stack/corner.ts';
import { logFile } from '../../stack/folder.ts';
import { OffsetWatch } from '../../stack/offset-watch.ts';
import { OurEvaluation } from './our-evaluation.ts';

export interface FromTopicSize {
  projects: number;
  events: number;
  rounds: number;
}

/**
 * Share of the events that is not measured: until each control of each project was evaluated once, every event writes
 * down what nobody knew before.
 */
export const WARM_UP = 0.5;
const GROUP = 'violations.controls';
const outputs = [
  topics.complianceViolations,
  topics.violationsStates,
  topics.auditCandidates,
  topics.complianceCommands,
];

/** The service from `audit.events.v1` to violations that are committed, one partition, one core. */
export async function fromTopic(stack: Stack, size: FromTopicSize): Promise<Record<string, number>> {
  const corner = new Corner(stack, 'bench.');
  await corner.create(Object.values(topics), deadLetters.groups, 1);
  const expected = await write(corner, size);
  const service: Contestant = {
    name: 'from_topic',
    measure: async (round) => {
      if (round > 1) await corner.create(outputs, [GROUP], 1);
      const turn = await run(corner, stack.process('kafka').pid!, size, round);
      await check(corner, expected);
      await corner.forget(outputs, [GROUP]);
      return turn;
    },
  };
  const { figures } = await contest(service, [], size.rounds, { record: 'event', server: 'kafka' });
  return { ...figures, from_topic_events: size.events, from_topic_violations: expected };
}

/** Writes directory and events. @returns how many violations they make */
async function write(corner: Corner, { projects, events: count }: FromTopicSize): Promise<number> {
  say(`Writing ${count} events of ${projects} projects to Kafka`);
  const directory = complianceDirectory(projects);
  await corner.produce(topics.directoryChanges, changesOf(directory));
  const changes = [...changesOf(directory)].map(({ value }) => value!);
  const ours = new OurEvaluation(changes);
  let violations = 0;
  // What happens after the directory was written is judged by it.
  const events = complianceEvents(directory, count, (Date.now() + 1) * 1000);
  await corner.produce(
    topics.auditEvents,
    records(events, (event) => {
      ours.ofRecord(event, ({ result }) => {
        if (result === 'fail') violations++;
      });
    }),
  );
  return violations;
}

function* records(
  events: Iterable<AuditEvent>,
  seen: (event: AuditEvent) => void,
): Generator<OutgoingRecord<AuditEvent>> {
  const key = logKey(String(ROOT));
  for (const value of events) {
    seen(value);
    yield { key, value };
  }
}

async function run(
  corner: Corner,
  brokerPid: number,
  { events }: FromTopicSize,
  round: number,
): Promise<Turn> {
  const log = logFile(`violations-${round}`);
  const service = await startService({ name: 'violations', env: corner.env(), logFile: log, cores: TESTED });
  const watch = OffsetWatch.start(corner, GROUP, topics.auditEvents);
  try {
    const until = (what: string, count: number) =>
      waitUntil(what, () => watch.offset >= count, { needs: [service], timeoutMs: 1_200_000 });
    await until('the end of the warm-up', events * WARM_UP);
    const [costOf, before] = [startMeter(service.pid, brokerPid), watch.offset];
    await until('all events', events);
    const cost = costOf(watch.offset - before);
    return { speed: watch.commits.rate(events * WARM_UP, events), cost };
  } finally {
    await watch.stop();
    await service.stop();
  }
}

/** @throws Error if other violations are committed than should be, or one twice */
async function check(corner: Corner, expected: number): Promise<void> {
  const { name, codec } = (await corner.open([topics.complianceViolations])).get(topics.complianceViolations);
  const ids = new Set<string>();
  let detections = 0;
  for await (const records of readPartition(corner.client, name, 0)) {
    await codec.prepare(records.map((record) => record.valueBytes));
    for (const { valueBytes } of records) {
      const { detection } = codec.decode(valueBytes);
      if (!detection) continue;
      detections++;
      ids.add(detection.violation_id);
    }
  }
  if (detections !== expected || ids.size !== expected)
    throw new Error(`Expected ${expected} violations, found ${detections}, of which ${ids.size} differ.`);
}
