import { externalControl, externalControlId } from '@auditmesh/compliance';
import { type ComplianceCommand, formatMicros, logKey, topics } from '@auditmesh/events';
import { type Occasion, stateOf, SYSTEM } from './changes.js';
import type { ControlTrack } from './control-tracks.js';
import { enter, settleStatus } from './steps.js';
import type { ControlsTask } from './task.js';
import { tellTimeOut } from './told-events.js';

const verdicts: ReadonlySet<string> = new Set(['pass', 'fail', 'pending']);
/** A verdict that was in time may be on its way for so long, µs. */
const ON_ITS_WAY = 5_000_000;
const OVERDUE = 'No verdict came in time.';

/**
 * The verdict of another system, or that it was asked for one. A verdict counts from when it came, whatever came before.
 * A question makes a pass pending only if something changed; a fail goes on until a verdict ends it, and the time that
 * the first question left is not prolonged by another.
 *
 * @returns why it cannot be taken, in a sentence
 */
export function takeVerdict(
  task: ControlsTask,
  occasion: Occasion,
  { project_id, verdict }: ComplianceCommand,
): string | undefined {
  const { control_id, status, due_at, renews } = verdict!;
  const name = externalControl(control_id);
  if (project_id === null) return 'The verdict names no project.';
  if (!verdicts.has(status)) return `A verdict is pass, fail or pending, not "${status}".`;
  if (!task.directory.requiredControls(project_id, occasion.at).has(name))
    return `The external control ${control_id} is not required of project ${project_id}.`;
  const track = task.remembered.track(project_id, name);
  if (track.dueAt !== null && track.dueAt <= occasion.at) failOverdue(task, track);
  const then = { ...occasion, at: Math.max(occasion.at, track.latestAt) };
  if (status === 'pending') {
    const stands = track.state === 'fail' || (renews && track.state !== null);
    enter(task, then, track, stateOf(stands ? track.state! : status, undefined, track.dueAt ?? due_at));
  } else enter(task, then, track, stateOf(status));
  settleStatus(task, then, track);
  return undefined;
}

/**
 * Lets fail what was asked and gave no verdict in time, as of the end of that time.
 *
 * @param now µs since the epoch, by when every command that was written has been handled
 */
export function failAllOverdue(task: ControlsTask, now: number): void {
  for (const track of task.remembered.awaited())
    if (track.dueAt! + ON_ITS_WAY <= now) failOverdue(task, track);
}

/** What is not required any more when its time ends does not fail, and is awaited no longer. */
function failOverdue(task: ControlsTask, track: ControlTrack): void {
  const { projectId, control } = track;
  const { directory, remembered } = task;
  const dueAt = track.dueAt!;
  const at = Math.max(dueAt, track.latestAt);
  const root = directory.standing(projectId, at)?.rootId;
  track.dueAt = null;
  remembered.changed(track);
  if (root === undefined || !directory.requiredControls(projectId, at).has(control)) return;
  const log = logKey(String(root), directory.logShards(root, at), String(projectId));
  const id = `external-control/${externalControlId(control)}/${projectId}/${formatMicros(dueAt)}`;
  const cause = { id, topic: topics.complianceCommands.name };
  const occasion = { log, at, actor: SYSTEM, cause };
  const isNew = track.state !== 'fail';
  enter(task, occasion, track, { ...stateOf('fail'), reason: OVERDUE });
  if (isNew) tellTimeOut(task, occasion, track, dueAt);
  settleStatus(task, occasion, track);
}
