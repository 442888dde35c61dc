import { setTimeout as wait } from 'node:timers/promises';
import { topics } from '@auditmesh/events';
import type { Report } from '@auditmesh/local-stack';
import { openKafka, type DirectKafka } from './mesh/direct-kafka.ts';
import { FaultInjector } from './mesh/fault-injector.ts';
import { IntakeCaller, type PostOutcome } from './mesh/intake-caller.ts';
import { loadDirectory } from './mesh/load-directory.ts';
import { LoadSender } from './mesh/load-sender.ts';
import { logTail } from './mesh/log-tail.ts';
import { ProxiedMesh } from './mesh/proxied-mesh.ts';
import { untilQuiescent, type Input } from './mesh/quiescence.ts';
import { Reviewer } from './mesh/reviewer.ts';
import { planOf, type Plan } from './plan/plan.ts';
import { preparationOf, type Preparation } from './plan/preparation.ts';
import type { Size } from './plan/sizes.ts';
import { gatherEvidence, type Evidence } from './verify/evidence.ts';
import { Findings } from './verify/findings.ts';
import { judge, sentRecords } from './verify/judge.ts';

/** After healing. */
const ACCEPTED_WITHIN_MS = 60_000;
/** Merge requests are judged by the policies that are in force when they are handled, so these are there before. */
const beforeLoad: Input[] = [{ group: 'policy-sync', topic: topics.policyPushes, offsetsIn: 'kafka' }];

export interface SuiteOptions {
  seed: number;
  size: Size;
  dir: string;
  toxiproxy: string;
  report: Report;
  signal: AbortSignal;
}

export interface Outcome {
  /** Faults carried out. */
  faults: number;
  /** Records that the suite has written to the inputs of the mesh. */
  records: number;
  evidence: Evidence;
  findings: Findings;
}

/** Starts a mesh, lets it work under faults, heals it, and judges what it has made. Nothing is left running. */
export async function runSuite(options: SuiteOptions): Promise<Outcome> {
  const { seed, size, report, signal } = options;
  const preparation = preparationOf(size);
  const mesh = await ProxiedMesh.start(options);
  try {
    const step = stepsOf(report);
    const kafka = await openKafka(mesh.stack);
    const sender = new LoadSender(kafka, signal);
    await step('Directory', () => prepare(preparation, mesh, kafka, sender, options));
    const plan = planOf(seed, size, Date.now() * 1_000);
    const injector = new FaultInjector(mesh, (text) => report({ kind: 'note', text }), signal);
    const reviewer = new Reviewer(kafka, signal);
    const findings = new Findings();
    const posting = await step('Load under faults', () =>
      loadUnderFaults(plan, mesh, injector, { sender, reviewer }, signal),
    );
    const posts = await step('Healing', async () => {
      for (const instance of await injector.heal()) findings.wrong(instance, 'It has not come back.');
      return posting();
    });
    await step('Coming to rest', () => rest(kafka, mesh, options, findings));
    const acknowledged = new Set([...sender.acknowledged, ...reviewer.sender.acknowledged]);
    const sent = { directory: preparation.directory, acknowledged, posts };
    const evidence = await step('Reading', () => gatherEvidence(kafka, mesh.stack.databaseUrl, sent));
    judge(evidence, findings);
    return { faults: injector.count, records: sentRecords(evidence), evidence, findings };
  } finally {
    await mesh.stop();
  }
}

/** Resolves when the directory, the frameworks and the policies of merge requests are known. */
async function prepare(
  { directory, records }: Preparation,
  mesh: ProxiedMesh,
  kafka: DirectKafka,
  sender: LoadSender,
  { size, signal }: SuiteOptions,
): Promise<void> {
  await loadDirectory(mesh.mesh, directory, signal);
  for (const together of records) await sender.send(together);
  const { databaseUrl } = mesh.stack;
  const left = await untilQuiescent(kafka, databaseUrl, size.stuckAfterMs, signal, beforeLoad);
  if (left.length) throw new Error('The policies of merge requests do not come into force.');
}

interface Load {
  sender: LoadSender;
  reviewer: Reviewer;
}

/** Resolves when all is sent and all faults are over, to what waits for the posts that are still not accepted. */
async function loadUnderFaults(
  plan: Plan,
  mesh: ProxiedMesh,
  injector: FaultInjector,
  { sender, reviewer }: Load,
  signal: AbortSignal,
): Promise<() => Promise<PostOutcome[]>> {
  const beginning = Date.now();
  const due = (atMs: number) => wait(Math.max(0, beginning + atMs - Date.now()), undefined, { signal });
  const caller = new IntakeCaller(mesh.mesh, signal);
  const posts = plan.posts.map((post) => due(post.atMs).then(() => caller.post(post)));
  const faults = plan.faults.flatMap(({ atMs, faults: together }) =>
    together.map((fault) => due(atMs).then(() => injector.carryOut(fault))),
  );
  const send = async () => {
    for (const { atMs, records } of plan.load) {
      await due(atMs);
      await sender.send(records);
    }
    await sender.close();
  };
  const posted = Promise.all(posts);
  posted.catch(() => undefined); // told to who waits for it
  const loaded = Promise.all([send(), ...faults]);
  await Promise.all([loaded, reviewer.work(plan.reviews, loaded)]);
  return () => {
    caller.giveUpAt = Date.now() + ACCEPTED_WITHIN_MS;
    return posted;
  };
}

/** What does not come to rest is lost, as far as anybody can tell. */
async function rest(
  kafka: DirectKafka,
  mesh: ProxiedMesh,
  options: SuiteOptions,
  findings: Findings,
): Promise<void> {
  const { dir, size, signal } = options;
  const left = await untilQuiescent(kafka, mesh.stack.databaseUrl, size.stuckAfterMs, signal);
  for (const { group, topic, partition, records } of left) {
    const where = `${group} at ${topic}/${partition}`;
    findings.lost(where, `It is stuck ${records} records before the end.\n${logTail(dir, group)}`);
  }
}

/** Runs work as a step that is reported. */
function stepsOf(report: Report) {
  return async <T>(step: string, work: () => Promise<T>): Promise<T> => {
    report({ kind: 'begin', step });
    try {
      const result = await work();
      report({ kind: 'end', step });
      return result;
    } catch (error) {
      report({ kind: 'fail', step });
      throw error;
    }
  };
}
