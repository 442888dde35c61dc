import type { AuditEvent } from '@auditmesh/events';
import { ENGINE } from './expected-change.ts';
import type { ExpectedWindow } from './windows.ts';

/**
 * The one event that tells of all projects of a group that an event of it broke a control of.
 *
 * @param at µs since the epoch
 * @param projects ascending
 */
export function windowOfGroup(
  { id, scope }: AuditEvent,
  at: number,
  control: string,
  projects: number[],
): ExpectedWindow {
  return {
    key: `violations/${id}/${control}`,
    ...{ type: 'compliance_control_status_fail', source: ENGINE, occurred_at: at, expected: projects.length },
    members: new Map(projects.map((project, i) => [i + 1, String(project)])),
    header: (event) =>
      event.target.id === control && event.scope.id === scope.id && event.cause.id === id
        ? undefined
        : `It is about ${event.target.id} in ${event.scope.id} by ${event.cause.id}.`,
  };
}
