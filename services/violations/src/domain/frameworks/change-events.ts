import {
  contentOf,
  eventId,
  listOfIds,
  logKey,
  noDetails,
  NO_TENANT,
  type AuditEvent,
  type Consolidation,
  type Content,
  type DirectoryChanged,
  type Scope,
} from '@auditmesh/events';
import { controlFacts } from './control-facts.js';
import type { Changed, DirectoryState } from './directory-state.js';
import type { Fact } from './fact.js';
import { frameworkFacts } from './framework-facts.js';

const SAMPLE = 10;

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
  { source, id: cause, topic, traceId }: Cause,
  state: DirectoryState,
): LoggedEvent {
  const { type, what, target, changes, contents } = fact;
  const root = tenant === NO_TENANT ? null : tenant;
  const { kind, id: where } = fact.scope ?? { kind: 'group' as const, id: Number(tenant) };
  const scope: Scope = {
    ...{ type: kind, id: String(where), path: state.pathOf(kind, where), root_namespace_id: root },
  };
  const id = eventId(occurred_at, source, cause, type, what);
  const { consolidation, lists } = consolidated(fact, `frameworks/${cause}/${type}`);
  const details = changes.length ? { ...fact.details, changes } : fact.details;
  const event: AuditEvent = {
    ...noDetails,
    ...{ id, type, scope, target, occurred_at, actor, source, consolidation },
    category: 'compliance',
    outcome: 'success',
    message: typeof fact.message === 'string' ? fact.message : fact.message(scope),
    cause: { id: cause, topic },
    trace_id: traceId,
    attributes: JSON.stringify(details),
    contents: [...contents, ...lists],
  };
  return { log: logKey(root, state.logShards(tenant), kind === 'project' ? String(where) : null), event };
}

/** What stands for several projects. All of them are known from the one change, so nothing is gathered. */
function consolidated(
  { projects }: Fact,
  key: string,
): { consolidation: Consolidation | null; lists: Content[] } {
  if (!projects) return { consolidation: null, lists: [] };
  const list = listOfIds(projects);
  const lists = list === null ? [] : [contentOf(list)];
  const consolidation = {
    key,
    affected_projects_count: projects.length,
    affected_projects_sample: projects.slice(0, SAMPLE).map(String),
    affected_projects: lists[0]?.sha256 ?? null,
    ...{ complete: true, missing: 0, amends: null },
  };
  return { consolidation, lists };
}
