import { eventId } from '@auditmesh/events';

/** Who tells of violations, in ids and in CloudEvents. */
export const VIOLATIONS_SOURCE = 'auditmesh/violations';

/**
 * Id of the one violation that an event can make of a control of a project, whenever and however often it is evaluated.
 *
 * @param occurredAt of the event, µs since the epoch
 */
export const violationId = (
  occurredAt: number,
  auditEventId: string,
  projectId: number,
  control: string,
): string => eventId(occurredAt, VIOLATIONS_SOURCE, auditEventId, String(projectId), control);
