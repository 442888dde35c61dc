import { eventId, type Actor, type AuditEvent, type Closure } from '@auditmesh/events';
import { HEADER } from './candidate.js';
import type { Window } from './window.js';

/** An event to be emitted and, unless it passed through, what is remembered of its window. */
export interface Emission {
  /** Key on `audit.events.v1`. */
  log: string;
  event: AuditEvent;
  closure?: Closure;
}

const SYSTEM: Actor = { id: null, type: 'system', name: null, email: null, ip: null, user_agent: null };

/**
 * The event of a window and the closure that remembers it.
 *
 * @param throughOffset records of the key up to this offset, inclusive, are handled
 * @param time stream time, ms
 */
export function closeWindow(window: Window, throughOffset: number, time: number): Emission {
  const { first, number, isComplete: complete } = window;
  const seen = number ? window.ordinals.union(window.settled) : window.ordinals;
  const missing = first.expected - (seen.size - (seen.has(HEADER) ? 1 : 0));
  const id = eventId(first.occurred_at, first.source, first.consolidation_key);
  const event = number === 0 ? eventOf(window, id) : amendmentOf(window, id);
  return {
    log: first.log,
    event: {
      ...event,
      consolidation: {
        key: first.consolidation_key,
        affected_projects_count: first.expected,
        affected_projects_sample: window.projectSample,
        complete,
        missing,
        amends: number === 0 ? null : { id, number },
      },
    },
    closure: {
      consolidation_key: first.consolidation_key,
      event_id: id,
      number,
      through_offset: throughOffset,
      expected: first.expected,
      complete,
      seen: complete ? Buffer.alloc(0) : seen.toBytes(),
      closed_at: time,
    },
  };
}

function eventOf(window: Window, id: string): AuditEvent {
  if (window.header) return { ...window.header, id };
  const { target } = window.first;
  const what = `${target.type} "${target.name ?? target.id ?? ''}"`;
  return {
    ...withoutHeader(window),
    id,
    message: `${window.first.type} of ${what}; its details had not come when the event was closed`,
  };
}

function amendmentOf(window: Window, amended: string): AuditEvent {
  const { first, number, members } = window;
  const added = [members ? `${members} more affected projects` : '', window.header ? 'its details' : '']
    .filter(Boolean)
    .join(' and ');
  return {
    ...(window.header ?? withoutHeader(window)),
    id: eventId(first.occurred_at, first.source, first.consolidation_key, `amendment ${number}`),
    type: 'audit_event_amended',
    category: 'administration',
    message: `Added ${added} to the ${first.type} event ${amended}`,
  };
}

/** What the members alone say. */
function withoutHeader({ first }: Window): AuditEvent {
  return {
    id: '',
    type: first.type,
    category: first.category,
    occurred_at: first.occurred_at,
    actor: SYSTEM,
    scope: first.scope,
    target: first.target,
    outcome: 'success',
    message: '',
    consolidation: null,
    cause: first.cause,
    source: first.source,
    trace_id: null,
    policy_change: null,
    policy_file: null,
    attributes: null,
    contents: [],
  };
}
