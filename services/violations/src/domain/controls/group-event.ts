import { evaluateLightly, eventFacts } from '@auditmesh/controls';
import { VIOLATIONS_SOURCE } from '@auditmesh/compliance';
import {
  type AuditCandidate,
  type AuditEvent,
  contentOf,
  eventId,
  listOfIds,
  logKey,
  noDetails,
  topics,
  ungathered,
} from '@auditmesh/events';
import { SYSTEM, tenantOf } from './changes.js';
import { asOf, judge, type Recorded } from './judge.js';
import type { Plan } from './plans.js';
import type { ControlsTask } from './task.js';

/** Plans of the group's projects for which something is to be evaluated, by ascending project id. */
function plansOf({ directory, plans }: ControlsTask, type: string, groupId: number, at: number): Plan[] {
  return directory.projectsUnder(groupId, at).flatMap((id) => plans.of(id, type, at) ?? []);
}

/**
 * Takes in an event of a group: asks each task that has projects of it to evaluate it for these, and reports for each
 * control together the projects that fail, since these are the same whoever works them out.
 *
 * @param at as of when, µs since the epoch
 */
export function fanOut(
  task: ControlsTask,
  type: string,
  groupId: number,
  at: number,
  whole: () => Recorded,
): void {
  const { directory, effects } = task;
  const root = directory.rootOf(groupId, at);
  if (root === undefined) {
    effects.unknown++;
    return;
  }
  const plans = plansOf(task, type, groupId, at);
  if (!plans.length) return;
  const { event, recordedAt } = whole();
  const shards = directory.logShards(root, at);
  const logs = new Set(plans.map(({ project }) => logKey(String(root), shards, String(project.id))));
  for (const log of logs)
    effects.commands.push({ key: log, value: evaluationCommand(event, recordedAt, log) });
  for (const [control, projects] of failing(event, plans))
    for (const candidate of candidatesOf(event, at, String(root), control, projects))
      effects.candidates.push(candidate);
}

/** Evaluates an event of a group for those projects of it whose log this is. */
export function judgeGroup(task: ControlsTask, recorded: Recorded, log: string): void {
  const { event, recordedAt } = recorded;
  const { directory } = task;
  const at = asOf(event.occurred_at, recordedAt);
  const groupId = Number(event.scope.id);
  const root = directory.rootOf(groupId, at);
  if (root === undefined) return;
  const shards = directory.logShards(root, at);
  for (const plan of plansOf(task, event.type, groupId, at))
    if (logKey(String(root), shards, String(plan.project.id)) === log) judge(task, recorded, plan, log, true);
}

/** @param recordedAt µs */
function evaluationCommand(event: AuditEvent, recordedAt: number, log: string) {
  return {
    id: eventId(event.occurred_at, VIOLATIONS_SOURCE, event.id, log, 'evaluation'),
    tenant: tenantOf(log),
    project_id: null,
    occurred_at: event.occurred_at,
    actor: event.actor,
    ...{ transition: null, comment: null, link: null, verdict: null },
    evaluation: { event, recorded_at: recordedAt / 1_000 },
  };
}

/** Names of the controls that fail, each with the ids of the projects. */
function failing(event: AuditEvent, plans: Plan[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  const facts = eventFacts(event);
  for (const { project, checks } of plans)
    for (const { control } of checks) {
      if (evaluateLightly(control, { event: facts, project }).result !== 'fail') continue;
      const projects = found.get(control.name);
      if (projects) projects.push(project.id);
      else found.set(control.name, [project.id]);
    }
  return found;
}

/** The header of the one event about a control, and a member for each project. */
function* candidatesOf(
  cause: AuditEvent,
  at: number,
  root: string,
  control: string,
  projects: number[],
): Generator<{ key: string; value: AuditCandidate }> {
  const key = `violations/${cause.id}/${control}`;
  const list = listOfIds(projects);
  const lists = list === null ? [] : [contentOf(list)];
  const shared = {
    log: logKey(root),
    type: 'compliance_control_status_fail',
    category: 'compliance',
    occurred_at: at,
    scope: cause.scope,
    target: { type: 'compliance_control', id: control, name: control },
    cause: { id: cause.id, topic: topics.auditEvents.name },
    source: VIOLATIONS_SOURCE,
  };
  const { log: _, ...told } = shared;
  const event: AuditEvent = {
    ...noDetails,
    ...told,
    id: eventId(at, VIOLATIONS_SOURCE, key),
    actor: SYSTEM,
    outcome: 'failure',
    message: `The control "${control}" is fail for ${projects.length} projects of ${cause.scope.path ?? `group ${cause.scope.id}`}`,
    consolidation: {
      key,
      affected_projects_count: projects.length,
      affected_projects_sample: [],
      affected_projects: lists[0]?.sha256 ?? null,
      complete: null,
      missing: 0,
      amends: null,
    },
    trace_id: cause.trace_id,
    attributes: JSON.stringify({ status: 'fail', event_id: cause.id }),
    contents: lists,
  };
  const part = { ...ungathered, ...shared, consolidation_key: key, expected: projects.length };
  yield { key, value: { ...part, ordinal: 0, project_id: null, event } };
  for (const [n, project_id] of projects.entries())
    yield { key, value: { ...part, ordinal: n + 1, project_id, event: null } };
}
