import { causeHash, eventId, logKey, noDetails, type AuditEvent, type Scope } from '@auditmesh/events';
import type { Principal } from './principal.js';
import { watched, type WatchedName } from './watched.js';

/** Repeats within this time are one event. */
export const REPEATS_US = 300_000_000;

/** Somebody who looks at what is watched. */
export interface Looker {
  principal: Principal;
  ip: string | null;
  userAgent: string | null;
}

export type Verdict = 'allowed' | 'denied';

/** What was looked for, by parameter. */
export type Looked = Readonly<Record<string, unknown>>;

/** One look: at what, with which parameters, and what came of it. */
export interface Look {
  what: WatchedName;
  verdict: Verdict;
  looked: Looked;
}

/** The same for the same actor and look within the same five minutes. @param at µs since the epoch */
export const causeOfRead = ({ principal }: Looker, { what, verdict, looked }: Look, at: number): string =>
  causeHash(what, verdict, principal.id, filterText(looked), String(Math.floor(at / REPEATS_US)))
    .toString(16)
    .padStart(16, '0');

/** The event that says who looked, or was refused. @param at µs since the epoch, of the first time */
export function eventOfRead(looker: Looker, look: Look, at: number): { log: string; event: AuditEvent } {
  const { principal, ip, userAgent } = looker;
  const { shown, refused, target, words } = watched[look.what];
  const isAllowed = look.verdict === 'allowed';
  const source = 'auditmesh/api';
  const cause = causeOfRead(looker, look, at);
  const scope = scopeOf(principal);
  const event: AuditEvent = {
    id: eventId(at, source, cause),
    type: isAllowed ? shown : refused,
    category: 'administration',
    occurred_at: at,
    actor: {
      id: principal.id,
      type: 'access_token',
      name: principal.name,
      email: null,
      ip,
      user_agent: userAgent,
    },
    scope,
    target,
    outcome: isAllowed ? 'success' : 'denied',
    message: `${isAllowed ? 'Showed' : 'Refused to show'} ${words} to ${principal.name}`,
    consolidation: null,
    cause: { id: cause, topic: null },
    source,
    trace_id: null,
    ...noDetails,
    attributes: JSON.stringify({ filter: JSON.parse(filterText(look.looked)) as unknown }),
    contents: [],
  };
  return { log: logKey(scope.root_namespace_id), event };
}

/** Of somebody with one group that group, so that its own auditors see it; else the instance. */
export function scopeOf({ namespaces }: Principal): Scope {
  const [only, ...others] = namespaces === 'all' ? [] : namespaces;
  if (!only || others.length) return { type: 'instance', id: null, path: null, root_namespace_id: null };
  return { type: 'group', id: only.id, path: only.path, root_namespace_id: only.tenant };
}

/** The same text for the same parameters, in whatever order. */
const filterText = (looked: Looked): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(looked)
        .filter(([, value]) => value !== undefined)
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ),
  );
