import { randomBytes } from 'node:crypto';
import { topics } from '@auditmesh/events';
import { pause, RecordProducer } from '@auditmesh/kafka';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { loadMix, type LoadItem } from '../domain/load-mix.js';
import { ApiClient } from '../mesh/api-client.js';
import { kafkaOf, openTopics } from '../mesh/kafka-access.js';
import { governedProject, loadDirectory, mergeRecord, pushRecord } from '../mesh/load-records.js';
import { count, seed } from './options.js';

const SLICE_MS = 50;
const MAX_SLICE = 500;
const AT_ONCE = 8;

const loadTopics = [topics.policyPushes, topics.mergeRequestsChanges];

interface Options {
  events: number;
  rate?: number;
  seed?: number;
}

export const load = (program: Command, context: CommandContext): Command =>
  program
    .command('load')
    .summary('emit a realistic mix of domain events')
    .description(
      'Pushes policies and merges merge requests, which goes over Kafka, and activity of people, which goes over HTTP, in a corner of the directory of its own. Each domain event gives one audit event.',
    )
    .requiredOption('--events <n>', 'number of domain events', count)
    .option('--rate <r>', 'events per second; as fast as possible if left out', count)
    .option('--seed <s>', 'the same seed gives the same mix; by chance if left out', seed)
    .addHelpText('after', '\nExample:\n  auditmesh load --events 10000 --rate 500 --seed 1')
    .action((options: Options) => context.run((output) => emit(options, output, context)));

async function emit(
  { events, rate, seed: given }: Options,
  output: CommandContext['output'],
  context: CommandContext,
): Promise<void> {
  const mesh = context.mesh();
  const chosen = given ?? randomBytes(4).readUInt32BE();
  output.say(`Seed ${chosen}.`);
  const api = new ApiClient(mesh);
  await api.call('PUT', '/api/v1/directory?wait=projected', loadDirectory());
  const producer = new RecordProducer(kafkaOf(mesh), await openTopics(mesh, loadTopics));
  await producer.connect();
  const bar = output.progress('Emitting', events);
  const started = Date.now();
  const run = { name: `${chosen}-${started}`, started };
  const sums = { events: 0, policy: 0, merge: 0, activity: 0 };
  try {
    for (const slice of slices([...loadMix(events, chosen)], rate)) {
      const of = (kind: LoadItem['kind']) => slice.filter((item) => item.kind === kind);
      await Promise.all([
        producer.send(
          topics.policyPushes,
          of('policy').map((item) => pushRecord(item, run.name)),
        ),
        producer.send(
          topics.mergeRequestsChanges,
          of('merge').map((item) => mergeRecord(item, run)),
        ),
        inTurns(of('activity'), (item) => post(api, item, run.name)),
      ]);
      for (const { kind } of slice) sums[kind]++;
      bar.to((sums.events += slice.length));
      if (rate) await pause(started + (sums.events / rate) * 1000 - Date.now());
    }
  } finally {
    bar.done();
    await producer.disconnect();
  }
  const seconds = (Date.now() - started) / 1000;
  output.say(
    `${sums.events} domain events in ${seconds.toFixed(1)} s: ${sums.policy} policy pushes, ${sums.merge} merges, ${sums.activity} activities.`,
  );
  output.result({ ...sums, seed: chosen, seconds });
}

function* slices(items: LoadItem[], rate: number | undefined): Generator<LoadItem[]> {
  const size = rate ? Math.min(MAX_SLICE, Math.max(1, Math.round((rate * SLICE_MS) / 1000))) : MAX_SLICE;
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

async function inTurns<T>(items: T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const worker = async () => {
    for (const item of { [Symbol.iterator]: () => queue }) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const post = (api: ApiClient, { person, number, project }: LoadItem, run: string): Promise<unknown> =>
  api.call(
    'POST',
    '/api/v1/audit-events',
    {
      type: 'member_added',
      actor: { type: 'user', id: String(person), name: `Load Person ${person}`, ip: `10.9.0.${person}` },
      scope: { type: 'project', id: String(governedProject(project)) },
      target: { type: 'user', id: String(number), name: `Member ${number}` },
      message: `Added member ${number}`,
      details: { role: ['developer', 'maintainer', 'reporter'][number % 3] },
    },
    { 'idempotency-key': `load:${run}:${number}` },
  );
