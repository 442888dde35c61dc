import { hash, randomBytes } from 'node:crypto';
import { topics, type PolicyFilePushed } from '@auditmesh/events';
import { cloudEventHeaders, pause, RecordProducer, type OutgoingRecord } from '@auditmesh/kafka';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { loadMix, POLICY_PROJECTS, type LoadItem } from '../domain/load-mix.js';
import { ApiClient } from '../mesh/api-client.js';
import { kafkaOf, openTopics } from '../mesh/kafka-access.js';
import { count, seed } from './options.js';
import { POLICY_FILE } from './policies-import.js';

/** Ids of the load's own corner of the directory. */
const NAMESPACE = 900_000;
const FIRST_PROJECT = 900_001;
const PROJECTS_PER_POLICY_PROJECT = 5;
const SLICE_MS = 50;
const MAX_SLICE = 500;
const AT_ONCE = 8;

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
      'Pushes policies, which go over Kafka, and activity of people, which goes over HTTP, in a corner of the directory of its own. Each domain event gives one audit event.',
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
  await api.call('PUT', '/api/v1/directory?wait=projected', directory());
  const producer = new RecordProducer(kafkaOf(mesh), await openTopics(mesh, [topics.policyPushes]));
  await producer.connect();
  const bar = output.progress('Emitting', events);
  const run = `${chosen}-${Date.now()}`;
  const sums = { events: 0, policy: 0, activity: 0 };
  const started = Date.now();
  try {
    for (const slice of slices([...loadMix(events, chosen)], rate)) {
      const policies = slice.filter(({ kind }) => kind === 'policy');
      const activities = slice.filter(({ kind }) => kind === 'activity');
      await Promise.all([
        producer.send(
          topics.policyPushes,
          policies.map((item) => pushRecord(item, run)),
        ),
        inTurns(activities, (item) => post(api, item, run)),
      ]);
      sums.policy += policies.length;
      sums.activity += activities.length;
      bar.to((sums.events += slice.length));
      if (rate) await pause(started + (sums.events / rate) * 1000 - Date.now());
    }
  } finally {
    bar.done();
    await producer.disconnect();
  }
  const seconds = (Date.now() - started) / 1000;
  output.say(
    `${sums.events} domain events in ${seconds.toFixed(1)} s: ${sums.policy} policy pushes, ${sums.activity} activities.`,
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

function directory(): object {
  const policyProjects = Array.from({ length: POLICY_PROJECTS }, (_, i) => FIRST_PROJECT + i);
  const governed = policyProjects.flatMap((_, i) =>
    Array.from({ length: PROJECTS_PER_POLICY_PROJECT }, (_x, j) => FIRST_PROJECT + 1_000 + i * 100 + j),
  );
  return {
    namespaces: [{ id: NAMESPACE, path: 'load' }],
    projects: [
      ...policyProjects.map((id, i) => ({ id, path: `load/policies-${i}`, namespace: NAMESPACE })),
      ...governed.map((id) => ({ id, path: `load/project-${id}`, namespace: NAMESPACE })),
    ],
    policy_links: governed.map((project, i) => ({
      policy_project: policyProjects[Math.floor(i / PROJECTS_PER_POLICY_PROJECT)],
      project,
    })),
  };
}

/** Each push changes one policy, so it gives one event. */
function pushRecord({ project, person, number }: LoadItem, run: string): OutgoingRecord<PolicyFilePushed> {
  const at = Date.now() * 1000;
  const signature = { name: `Load Person ${person}`, email: `person-${person}@load.example`, at };
  const content = `approval_policy:\n- name: Load\n  enabled: true\n  description: change ${run} ${number}\n  rules: [{type: any_merge_request, branch_type: protected, commits: any}]\n  actions: [{type: require_approval, approvals_required: ${1 + (number % 3)}}]\n`;
  const value: PolicyFilePushed = {
    push_id: `load:${run}:${number}`,
    policy_project_id: FIRST_PROJECT + project,
    file_path: POLICY_FILE,
    content,
    commit_sha: hash('sha1', content, 'hex'),
    author: signature,
    committer: signature,
    pusher: null,
    occurred_at: at,
    imported: false,
    author_account: null,
    merge_request: null,
    commits: [],
  };
  const headers = cloudEventHeaders({
    id: value.push_id,
    type: 'auditmesh.policy.PolicyFilePushed',
    source: 'auditmesh-load',
    time: at,
  });
  return { key: String(value.policy_project_id), value, headers };
}

const post = (api: ApiClient, { person, number, project }: LoadItem, run: string): Promise<unknown> =>
  api.call(
    'POST',
    '/api/v1/audit-events',
    {
      type: 'member_added',
      actor: { type: 'user', id: String(person), name: `Load Person ${person}`, ip: `10.9.0.${person}` },
      scope: { type: 'project', id: String(FIRST_PROJECT + 1_000 + project * 100) },
      target: { type: 'user', id: String(number), name: `Member ${number}` },
      message: `Added member ${number}`,
      details: { role: ['developer', 'maintainer', 'reporter'][number % 3] },
    },
    { 'idempotency-key': `load:${run}:${number}` },
  );
