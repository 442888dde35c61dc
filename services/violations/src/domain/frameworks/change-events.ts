import {
  eventId,
  logKey,
  noDetails,
  NO_TENANT,
  type AuditEvent,
  type DirectoryChanged,
  type Scope,
} from '@auditmesh/events';
import { controlFacts } from './control-facts.js';
import type { Changed, DirectoryState } from './directory-state.js';
import type { Fact } from './fact.js';
import { frameworkFacts } from './framework-facts.js';

/** What a change is known by. */
export interface Cause {
  /** ce_source. */
  source: string;
  /** ce_id. */
  id: string;
  topic: string;
  traceId: string | null;
}

/** An event with the log that it belongs to. */
export interface LoggedEvent {
  log: string;
  event: AuditEvent;
}

/**
 * The events that tell who changed what of a framework or control. Their ids are derived from the change.
 *
 * @param state with the change
 */
export function eventsOfChange(
  change: DirectoryChanged,
  changed: Changed,
  cause: Cause,
  state: DirectoryState,
): LoggedEvent[] {
  const { before, after } = changed;
  if (!before && !after) return [];
  const facts =
    changed.family === 'framework'
      ? frameworkFacts(changed.before, changed.after)
      : controlFacts(changed.before, changed.after);
  return facts.map((fact) => eventOf(fact, change, cause, state));
}

function eventOf(
  fact: Fact,
  { tenant, occurred_at, actor }: DirectoryChanged,
  { source, id, topic, traceId }: Cause,
  state: DirectoryState,
): LoggedEvent {
  const { type, what, target, changes, contents } = fact;
  const root = tenant === NO_TENANT ? null : tenant;
  const { kind, id: where } = fact.scope ?? { kind: 'group' as const, id: Number(tenant) };
  const scope: Scope = {
    ...{ type: kind, id: String(where), path: state.pathOf(kind, where), root_namespace_id: root },
  };
  const details = changes.length ? { ...fact.details, changes } : fact.details;
  const event: AuditEvent = {
    ...noDetails,
    ...{ type, scope, target, contents, occurred_at, actor, source },
    id: eventId(occurred_at, source, id, type, what),
    category: 'compliance',
    outcome: 'success',
    message: typeof fact.message === 'string' ? fact.message : fact.message(scope),
    consolidation: null,
    cause: { id, topic },
    trace_id: traceId,
    attributes: JSON.stringify(details),
  };
  return { log: logKey(root, state.logShards(tenant), kind === 'project' ? String(where) : null), event };
}
