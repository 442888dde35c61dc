import { setTimeout as wait } from 'node:timers/promises';
import type { Report } from '@auditmesh/local-stack';
import { openKafka, type DirectKafka } from './mesh/direct-kafka.ts';
import { FaultInjector } from './mesh/fault-injector.ts';
import { IntakeCaller, type PostOutcome } from './mesh/intake-caller.ts';
import { loadDirectory } from './mesh/load-directory.ts';
import { LoadSender } from './mesh/load-sender.ts';
import { logTail } from './mesh/log-tail.ts';
import { ProxiedMesh } from './mesh/proxied-mesh.ts';
import { untilQuiescent } from './mesh/quiescence.ts';
import { planOf, type Plan } from './plan/plan.ts';
import type { Size } from './plan/sizes.ts';
import { gatherEvidence, type Evidence } from './verify/evidence.ts';
import { Findings } from './verify/findings.ts';
import { judge, sentRecords } from './verify/judge.ts';

/** After healing. */
const ACCEPTED_WITHIN_MS = 60_000;

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
  const plan = planOf(seed, size);
  const mesh = await ProxiedMesh.start(options);
  try {
    const step = stepsOf(report);
    const kafka = await openKafka(mesh.stack);
    await step('Directory', () => loadDirectory(mesh.mesh, plan.directory, signal));
    const injector = new FaultInjector(mesh, (text) => report({ kind: 'note', text }), signal);
    const sender = new LoadSender(kafka, signal);
    const findings = new Findings();
    const posting = await step('Load under faults', () =>
      loadUnderFaults(plan, mesh, injector, sender, signal),
    );
    const posts = await step('Healing', async () => {
      for (const instance of await injector.heal()) findings.wrong(instance, 'It has not come back.');
      return posting();
    });
    await step('Coming to rest', () => rest(kafka, mesh, options, findings));
    const sent = { directory: plan.directory, acknowledged: sender.acknowledged, posts };
    const evidence = await step('Reading', () => gatherEvidence(kafka, mesh.stack.databaseUrl, sent));
    judge(evidence, findings);
    return { faults: injector.count, records: sentRecords(evidence), evidence, findings };
  } finally {
    await mesh.stop();
  }
}

/** Resolves when all is sent and all faults are over, to what waits for the posts that are still not accepted. */
async function loadUnderFaults(
  plan: Plan,
  mesh: ProxiedMesh,
  injector: FaultInjector,
  sender: LoadSender,
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
  await Promise.all([send(), ...faults]);
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
