import {
  type Control,
  evaluateLightly,
  type Evaluation,
  eventFacts,
  type Facts,
  resolves,
} from '@auditmesh/controls';
import { violationId } from '@auditmesh/compliance';
import { type AuditEvent, logKey, topics } from '@auditmesh/events';
import { changeOf, type Occasion, stateOf } from './changes.js';
import { confirm, type ControlTrack } from './control-tracks.js';
import type { Check, Plan } from './plans.js';
import { enter, move, settleStatus, tell } from './steps.js';
import type { ControlsTask } from './task.js';

/** An event as it stands in the trail. */
export interface Recorded {
  event: AuditEvent;
  /** When it was appended, µs since the epoch. */
  recordedAt: number;
}

/** As of when an event is judged: when it happened, but not later than it was appended. µs since the epoch. */
export const asOf = (occurredAt: number, recordedAt: number): number => Math.min(occurredAt, recordedAt);

export const occasionOf = ({ event, recordedAt }: Recorded, log: string): Occasion => ({
  log,
  at: asOf(event.occurred_at, recordedAt),
  actor: event.actor,
  cause: { id: event.id, topic: topics.auditEvents.name },
});

/**
 * Evaluates an event for a project, with all that follows from it.
 *
 * @param log of the project, where the findings go
 * @param quiet whether the audit events about status are left to somebody else
 */
export function judge(task: ControlsTask, recorded: Recorded, plan: Plan, log: string, quiet = false): void {
  const { event } = recorded;
  const facts: Facts = { event: eventFacts(event), project: plan.project };
  const occasion = occasionOf(recorded, log);
  const { checks, tracks } = plan;
  const { results } = task.effects;
  for (let n = 0; n < checks.length; n++) {
    const { control } = checks[n]!;
    const track = tracks[n]!;
    const evaluation = evaluateLightly(control, facts);
    const { result } = evaluation;
    results[result]++;
    if (result === 'pass' && isNothingNew(track, occasion.at)) {
      if (confirm(track, occasion.at)) task.remembered.changed(track);
      continue;
    }
    if (track.open > 0 && control.resolution && resolves(control, facts))
      resolveOpen(task, occasion, track, event);
    if (result === 'fail') broken(task, occasion, track, { event, plan, check: checks[n]!, evaluation });
    else if (result === 'pass') settleRelapse(task, occasion, track);
    enter(task, occasion, track, stateOf(result === 'indeterminate' ? result : 'pass', evaluation));
    if (confirm(track, occasion.at)) task.remembered.changed(track);
    settleStatus(task, occasion, track, quiet);
  }
}

/** A pass of a control that passes already, which is nearly all that ever happens. */
const isNothingNew = ({ state, open, toReopen, toldFailing, latestAt }: ControlTrack, at: number): boolean =>
  state === 'pass' && open === 0 && toReopen === null && !toldFailing && at >= latestAt;

/** What the same event broke, it does not mend. */
function resolveOpen(task: ControlsTask, occasion: Occasion, track: ControlTrack, event: AuditEvent): void {
  const { violations } = task.remembered;
  const own = violations.find(violationId(event.occurred_at, event.id, track.projectId, track.control));
  const reason = `Resolved by the event ${event.id}.`;
  for (const row of task.remembered.openUntil(track, occasion.at))
    if (row !== own) move(task, occasion, row, { to: 'resolved', automatic: true, reason });
}

interface Broken {
  event: AuditEvent;
  plan: Plan;
  check: Check;
  evaluation: Evaluation;
}

/** A new violation; or if somebody said that one was resolved and it is not, that one again. */
function broken(task: ControlsTask, occasion: Occasion, track: ControlTrack, found: Broken): void {
  const { remembered } = task;
  const { event, check } = found;
  const id = violationId(event.occurred_at, event.id, track.projectId, track.control);
  if (remembered.violations.has(id)) return;
  const before = relapsed(task, occasion, track, check.control);
  if (before !== undefined) {
    remembered.addRelapse(id, remembered.violations.idOf(before));
    const reason = `The event ${event.id} still fails.`;
    move(task, occasion, before, { to: 'detected', automatic: true, reason });
    return;
  }
  settleRelapse(task, occasion, track);
  remembered.addViolation(id, track, occasion.at);
  tell(task, occasion, detectionOf(id, occasion, track, found));
}

/** Where a state fails, and not an act, the next failure after somebody resolved a violation says that it was not. */
function relapsed(task: ControlsTask, { at }: Occasion, { toReopen }: ControlTrack, control: Control) {
  if (toReopen === null || control.resolution === null || control.resolution !== control.program)
    return undefined;
  const { violations } = task.remembered;
  const row = violations.find(toReopen);
  return row !== undefined && at >= violations.changedAt(row) ? row : undefined;
}

function detectionOf(id: string, occasion: Occasion, track: ControlTrack, found: Broken) {
  const { event, plan, check, evaluation } = found;
  const { control, requirements } = check;
  const detection = {
    violation_id: id,
    audit_event_id: event.id,
    audit_event_type: event.type,
    audit_event_log: event.scope.type === 'project' ? occasion.log : logKey(event.scope.root_namespace_id),
    project_path: plan.project.path,
    namespace_id: plan.project.namespace_id,
    title: control.title,
    severity: control.severity,
    expression: control.expression ?? '',
    values: JSON.stringify(evaluation.values),
    requirements: [...requirements],
  };
  return { ...changeOf(track, occasion, occasion.at, 'detection'), detection };
}

/** The next evaluation after somebody resolved a violation has said whether it was; what fails later is another one. */
function settleRelapse(task: ControlsTask, { at }: Occasion, track: ControlTrack): void {
  if (track.toReopen === null) return;
  const { violations } = task.remembered;
  const row = violations.find(track.toReopen);
  if (row !== undefined && at < violations.changedAt(row)) return;
  track.toReopen = null;
  task.remembered.changed(track);
}
