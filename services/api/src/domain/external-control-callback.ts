import { eventId, logKey, noDetails, type AuditEvent, type ComplianceCommand } from '@auditmesh/events';
import type { ExternalControl, RequiredExternalControl } from './external-control.js';
import { noCommand, system, targetOf } from './external-control-ping.js';

const SOURCE = 'auditmesh/api';
/** Refusals of one control within this time are one event. */
const REPEATS_US = 300_000_000;

/** A verdict that is known to be of its control. */
export interface Verdict {
  status: 'pass' | 'fail';
  nonce: string;
  /** When it came, µs since the epoch. */
  at: number;
  ip: string;
}

/** Tells the engine of the verdict. */
export const commandOfVerdict = (
  required: RequiredExternalControl,
  { status, nonce, at, ip }: Verdict,
): ComplianceCommand => ({
  ...noCommand,
  id: eventId(
    at,
    SOURCE,
    'external-control-verdict',
    String(required.id),
    String(required.project.id),
    nonce,
  ),
  tenant: required.tenant,
  project_id: required.project.id,
  occurred_at: at,
  actor: { ...system, type: 'service_account', id: `external/${required.id}`, name: required.name, ip },
  verdict: { control_id: required.id, status, due_at: null, renews: false },
});

/** The same for the same control within the same five minutes. @param at µs since the epoch */
export const causeOfRefusal = ({ id }: { id: number }, at: number): string =>
  `external-control-refused/${id}/${Math.floor(at / REPEATS_US)}`;

/** A callback that was refused, as far as it can be trusted. */
export interface RefusedCallback {
  reason: string;
  projectId: string;
  ip: string;
  /** When it came, µs since the epoch. */
  at: number;
}

/** The event that says that somebody's verdict was refused; of the first within five minutes. */
export function eventOfRefusal(
  control: ExternalControl,
  { reason, projectId, ip, at }: RefusedCallback,
): { log: string; event: AuditEvent } {
  const { tenant, tenantPath, name } = control;
  const cause = causeOfRefusal(control, at);
  const event: AuditEvent = {
    id: eventId(at, SOURCE, cause),
    type: 'compliance_external_control_callback_refused',
    category: 'compliance',
    occurred_at: at,
    actor: { ...system, ip },
    scope: { type: 'group', id: tenant, path: tenantPath, root_namespace_id: tenant },
    target: targetOf(control),
    outcome: 'denied',
    message: `Refused a verdict that is said to be of the external control ${JSON.stringify(name)}`,
    consolidation: null,
    cause: { id: cause, topic: null },
    source: SOURCE,
    trace_id: null,
    ...noDetails,
    attributes: JSON.stringify({ project_id: projectId, reason }),
    contents: [],
  };
  return { log: logKey(tenant), event };
}
