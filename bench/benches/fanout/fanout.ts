import { topics, type AuditEvent } from '@auditmesh/events';
import type { Stack } from '@auditmesh/local-stack';
import { say } from '../../command/progress.ts';
import type { Findings } from '../../command/report.ts';
import { policyPush } from '../../load/policy-push.ts';
import { peakMemory } from '../../machine/memory.ts';
import { now } from '../../measure/clock.ts';
import { significant } from '../../measure/statistics.ts';
import { CommitWatch } from '../../stack/commit-watch.ts';
import { Mesh } from '../../stack/mesh.ts';
import type { Extent } from '../bench.ts';
import { importDirectory, POLICY_PROJECT } from './import-directory.ts';

const PROJECTS = { full: 100_000, quick: 10_000 };
const POLICIES = 10;
const PARTITIONS = 4;
const LOOK_MS = 20;
const MIB = 2 ** 20;
/** The link of the policy project, made before the push, gives an event as well. */
const CREATED = `SELECT count(*) FROM trail.audit_events WHERE type = 'security_policy_create'`;

/** One push that creates ten policies which apply to very many projects: how long until its ten events are rows. */
export async function fanout(stack: Stack, { quick }: Extent): Promise<Findings> {
  const projects = PROJECTS[quick ? 'quick' : 'full'];
  const mesh = await Mesh.create(stack, 'fanout', PARTITIONS);
  try {
    await mesh.start('policy-sync', 'consolidator', 'projector', 'api');
    say(`Importing ${projects} projects`);
    await importDirectory(mesh, projects);
    say(`Pushing ${POLICIES} policies`);
    const seconds = await pushAndWait(mesh, projects);
    const candidates = POLICIES * (1 + projects);
    return {
      ratios: {},
      figures: {
        seconds_to_all_events: significant(seconds),
        events: POLICIES,
        projects,
        candidates,
        candidates_per_second: significant(candidates / seconds),
        ...memoryFigures(mesh),
      },
      setting: {
        pinned: 'nothing: all services run as in earnest, beside the servers and the bench',
        peak_memory:
          'the most that each service had resident from its start to the last event, import of the directory included',
      },
    };
  } finally {
    await mesh.stop();
  }
}

/** @returns seconds from writing the push to the commit of the last event */
async function pushAndWait(mesh: Mesh, projects: number): Promise<number> {
  const watch = await CommitWatch.start(mesh.database, LOOK_MS, CREATED);
  try {
    const push = policyPush(POLICY_PROJECT, POLICIES, Date.now() * 1000);
    const began = now();
    await mesh.corner.produce(topics.policyPushes, [push]);
    await watch.until(POLICIES, mesh.programs.values());
    const seconds = (watch.commits.timeOf(POLICIES)! - began) / 1000;
    await assertComplete(mesh, projects);
    return seconds;
  } finally {
    await watch.stop();
  }
}

async function assertComplete(mesh: Mesh, projects: number): Promise<void> {
  const { items } = await mesh.call<{ items: AuditEvent[] }>(
    'GET',
    '/api/v1/audit-events?limit=100&type=security_policy_create',
  );
  const incomplete = items.find(
    ({ consolidation }) => !consolidation?.complete || consolidation.affected_projects_count !== projects,
  );
  if (items.length !== POLICIES || incomplete)
    throw new Error(
      `Expected ${POLICIES} complete events of ${projects} projects each, got ${items.length}: ${JSON.stringify(incomplete)}.`,
    );
}

function memoryFigures(mesh: Mesh): Record<string, number> {
  const peaks = [...mesh.programs].map(([name, { pid }]) => [name, peakMemory(pid)] as const);
  return Object.fromEntries(
    peaks.flatMap(([name, bytes]) =>
      bytes === undefined ? [] : [[`${name.replaceAll('-', '_')}_peak_mib`, Math.round(bytes / MIB)]],
    ),
  );
}
