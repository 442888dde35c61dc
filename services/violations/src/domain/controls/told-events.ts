import { externalControlId, VIOLATIONS_SOURCE } from '@auditmesh/compliance';
import {
  type AuditEvent,
  type Content,
  eventId,
  formatMicros,
  noDetails,
  referToLong,
} from '@auditmesh/events';
import { type Occasion, SYSTEM, tenantOf } from './changes.js';
import type { ControlTrack } from './control-tracks.js';
import type { Row } from './violation-table.js';
import type { ControlsTask } from './task.js';

/** Tells that a violation went on: `what` it was that happened, in words that follow "of CONTROL in PROJECT". */
export function tellOfViolation(
  { remembered, directory, effects }: ControlsTask,
  occasion: Occasion,
  row: Row,
  number: number,
  message: (violation: string) => string,
  details: Record<string, unknown>,
): void {
  const track = remembered.trackOf(row);
  const violation_id = remembered.violations.idOf(row);
  const path = directory.project(track.projectId, occasion.at)?.path ?? null;
  const { attributes, contents } = attributesOf({ violation_id, ...details });
  const event: AuditEvent = {
    ...eventOf(track, occasion, path),
    id: eventId(occasion.at, VIOLATIONS_SOURCE, violation_id, String(number)),
    type: 'update_project_compliance_violation',
    actor: occasion.actor,
    target: { type: 'compliance_violation', id: violation_id, name: track.control },
    message: message(`the violation of "${track.control}" in ${path ?? `project ${track.projectId}`}`),
    attributes,
    contents,
  };
  effects.events.push({ key: occasion.log, value: event });
}

/** Tells that a control of a project fails from now on, or passes again. */
export function tellStatus(
  task: ControlsTask,
  occasion: Occasion,
  track: ControlTrack,
  status: 'fail' | 'pass',
): void {
  const { projectId, control } = track;
  const project = task.directory.project(projectId, occasion.at)?.path ?? null;
  const required = task.directory.requiredControls(projectId, occasion.at).get(control) ?? [];
  const requirements = required.map(({ framework_id, requirement_id }) => ({ framework_id, requirement_id }));
  const event: AuditEvent = {
    ...eventOf(track, occasion, project),
    id: eventId(
      occasion.at,
      VIOLATIONS_SOURCE,
      occasion.cause.id,
      String(projectId),
      control,
      'status',
      status,
    ),
    type: `compliance_control_status_${status}`,
    actor: SYSTEM,
    target: { type: 'compliance_control', id: control, name: control },
    outcome: status === 'fail' ? 'failure' : 'success',
    message: `The control "${control}" of ${project ?? `project ${projectId}`} is ${status}`,
    attributes: JSON.stringify({ status, requirements }),
  };
  task.effects.events.push({ key: occasion.log, value: event });
}

/** Tells that an external control gave no verdict in time. @param dueAt end of that time, µs since the epoch */
export function tellTimeOut(
  { directory, effects }: ControlsTask,
  occasion: Occasion,
  track: ControlTrack,
  dueAt: number,
): void {
  const { projectId, control } = track;
  const path = directory.project(projectId, occasion.at)?.path ?? null;
  const id = externalControlId(control)!;
  const frameworks = directory.frameworksOf(projectId, occasion.at);
  const { name } = frameworks
    .flatMap(({ requirements }) => requirements)
    .flatMap(({ external_controls }) => external_controls)
    .find((each) => each.id === id) ?? { name: control };
  const event: AuditEvent = {
    ...eventOf(track, occasion, path),
    id: eventId(occasion.at, VIOLATIONS_SOURCE, occasion.cause.id, 'time-out'),
    type: 'pending_compliance_external_control_failed',
    actor: SYSTEM,
    target: { type: 'compliance_control', id: String(id), name },
    outcome: 'failure',
    message: `The external control ${JSON.stringify(name)} gave no verdict on ${path ?? `project ${projectId}`} in time`,
    attributes: JSON.stringify({ control, due_at: formatMicros(dueAt) }),
  };
  effects.events.push({ key: occasion.log, value: event });
}

function eventOf({ projectId }: ControlTrack, { log, at, cause }: Occasion, path: string | null) {
  return {
    ...noDetails,
    category: 'compliance',
    occurred_at: at,
    scope: { type: 'project', id: String(projectId), path, root_namespace_id: tenantOf(log) },
    outcome: 'success',
    consolidation: null,
    cause,
    source: VIOLATIONS_SOURCE,
    trace_id: null,
    contents: [],
  } satisfies Partial<AuditEvent>;
}

/** Values that are too long stand beside the event. */
function attributesOf(details: Record<string, unknown>): { attributes: string; contents: Content[] } {
  const contents: Content[] = [];
  const fields = Object.entries(details).map(([name, value]) => {
    const { text, content } = referToLong(JSON.stringify(value));
    if (content) contents.push(content);
    return `${JSON.stringify(name)}:${text}`;
  });
  return { attributes: `{${fields.join()}}`, contents };
}
