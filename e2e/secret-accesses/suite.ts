import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { topics } from '@auditmesh/events';
import { startMesh, type Mesh, type ServiceProgram } from '@auditmesh/local-stack';
import { openKafka } from '../faults/mesh/direct-kafka.ts';
import { untilQuiescent, type Input } from '../faults/mesh/quiescence.ts';
import type { ProgressLines } from '../faults/progress-lines.ts';
import { Application, type Told } from './application.ts';
import { killWhileReading, withoutKafka } from './disturbances.ts';
import { countOfTypes, entriesInTable, entriesInTopic } from './entries.ts';
import { judge, type Verdict } from './judge.ts';
import { Shipper } from './shipper.ts';
import type { Size } from './sizes.ts';

/** Reads a second of each application while Kafka is away. */
const OUTAGE_RATE = 200;
/** The first reads of an outage wait so long before they are refused; those after do not. */
const ACKNOWLEDGE_WITHIN_MS = 1_000;
/** So long both go on with Kafka before and after its outage. */
const CALM_MS = 3_000;

export interface SuiteOptions {
  seed: number;
  size: Size;
  /** A folder of its own. */
  dir: string;
  progress: ProgressLines;
  signal: AbortSignal;
}

export interface Outcome {
  kills: number;
  inTopic: Verdict;
  inTable: Verdict;
  outage: Outage;
  /** Partitions that did not come to rest. */
  stuck: string[];
  /** Events that tell of missing records: there are none to tell of. */
  gaps: number;
}

/** What applications were told while Kafka was away, and shortly before and after. */
interface Outage {
  spooled: Told;
  failClosed: Told;
}

const inputs: Input[] = [
  { group: 'secret-access', topic: topics.secretAccesses, offsetsIn: 'kafka' },
  { group: 'projector', topic: topics.auditEvents, offsetsIn: 'postgresql' },
];

/** Reads secrets while things are killed and then without Kafka, and looks for the entries. Leaves nothing running. */
export async function runSuite({ seed, size, dir, progress, signal }: SuiteOptions): Promise<Outcome> {
  const mesh = await startMesh({
    dir: join(dir, 'mesh'),
    services: ['secret-access-1', 'secret-access-2', 'projector'].map(serviceOf),
    report: progress.report,
    keepAlive: true,
    signal,
  });
  const started: Application[] = [];
  let shipper: Shipper | undefined;
  const start = (name: string, rate: number, options: object = {}) => {
    const application = new Application(name, { ...connections(mesh, dir, name), ...options }, rate);
    started.push(application);
    application.start();
    return application;
  };
  try {
    const kafka = await openKafka(mesh.stack);
    const killed = start('killed', size.rate);
    const beside = start('beside', size.rate, { shipping: 'sidecar' });
    shipper = shipperOf(mesh, dir, 'beside');
    shipper.start();
    const parts = { application: killed, beside, shipper };
    const kills = await progress.step('Reads while things are killed', async () => {
      const count = await killWhileReading(mesh, parts, size, seed, signal);
      await Promise.all([killed.finish(), beside.finish()]);
      return count;
    });
    const outage = await progress.step('Reads while Kafka is away', async () => {
      const spooled = start('spooled', OUTAGE_RATE);
      const failClosed = start('fail-closed', OUTAGE_RATE, {
        guarantees: { default: 'fail-closed' },
        acknowledgeWithinMs: ACKNOWLEDGE_WITHIN_MS,
      });
      await wait(CALM_MS);
      await withoutKafka(mesh, size.outageMs, signal);
      await wait(CALM_MS);
      await Promise.all([spooled.finish(), failClosed.finish()]);
      return { spooled: spooled.told, failClosed: failClosed.told };
    });
    const { databaseUrl } = mesh.stack;
    const left = await progress.step('Coming to rest', () =>
      untilQuiescent(kafka, databaseUrl, size.stuckAfterMs, signal, inputs),
    );
    const told = together([killed.told, beside.told, outage.spooled, outage.failClosed]);
    return await progress.step('Reading', async () => ({
      kills,
      outage,
      stuck: left.map(
        ({ group, topic, partition, records }) => `${group}: ${topic}/${partition}, ${records}`,
      ),
      inTopic: judge(told, await entriesInTopic(kafka)),
      inTable: judge(told, await entriesInTable(databaseUrl)),
      gaps: await countOfTypes(databaseUrl, ['audit_producer_gap']),
    }));
  } finally {
    for (const application of started) await application.end('SIGKILL');
    await shipper?.end('SIGKILL');
    await mesh.stop();
  }
}

const spoolOf = (dir: string, name: string) => join(dir, 'spools', name);

const shipperOf = ({ stack }: Mesh, dir: string, name: string) =>
  new Shipper(spoolOf(dir, name), stack.kafkaBrokers, stack.schemaRegistryUrl);

function connections({ stack }: Mesh, dir: string, name: string): object {
  return {
    spool: { folder: spoolOf(dir, name) },
    kafka: { brokers: stack.kafkaBrokers.split(',') },
    schemaRegistryUrl: stack.schemaRegistryUrl,
  };
}

function serviceOf(instance: string): ServiceProgram {
  const service = instance.replace(/-\d$/, '');
  return { name: instance, title: instance, args: [`services/${service}/dist/main.js`] };
}

const together = (all: Told[]): Told => ({
  given: new Set(all.flatMap(({ given }) => [...given])),
  refused: all.flatMap(({ refused }) => refused),
});
