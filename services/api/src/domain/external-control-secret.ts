import { eventId, logKey, noDetails, type AuditEvent } from '@auditmesh/events';
import type { ExternalControl } from './external-control.js';
import { targetOf } from './external-control-ping.js';

const SOURCE = 'auditmesh/api';

/** That somebody gave a control a secret; the secret has no place here. */
export interface NewSecretGiven {
  /** Id of the secret. */
  version: string;
  /** How long the one before it is still taken, s. */
  keepS: number;
  actor: { id: string; name: string; ip: string | null; userAgent: string | null };
  /** µs since the epoch. */
  at: number;
}

/** The event that says who gave an external control a new secret. */
export function eventOfNewSecret(
  control: ExternalControl,
  { version, keepS, actor, at }: NewSecretGiven,
): { cause: string; build: () => { log: string; event: AuditEvent } } {
  const { tenant, tenantPath, name, framework, requirement } = control;
  const cause = `external-control-secret/${version}`;
  const event: AuditEvent = {
    id: eventId(at, SOURCE, cause),
    type: 'updated_compliance_requirement_control',
    category: 'compliance',
    occurred_at: at,
    actor: {
      id: actor.id,
      type: 'access_token',
      name: actor.name,
      email: null,
      ip: actor.ip,
      user_agent: actor.userAgent,
    },
    scope: { type: 'group', id: tenant, path: tenantPath, root_namespace_id: tenant },
    target: targetOf(control),
    outcome: 'success',
    message: `Gave the external control ${JSON.stringify(name)} a new secret`,
    consolidation: null,
    cause: { id: cause, topic: null },
    source: SOURCE,
    trace_id: null,
    ...noDetails,
    attributes: JSON.stringify({
      secret_version: version,
      previous_valid_s: keepS,
      framework_id: framework.id,
      requirement_id: requirement.id,
    }),
    contents: [],
  };
  return { cause, build: () => ({ log: logKey(tenant), event }) };
}
