import { causeHash, eventId, logKey, noDetails, type AuditEvent, type Scope } from '@auditmesh/events';
import type { Principal } from './principal.js';

/** Repeats within this time are one event. */
export const REPEATS_US = 300_000_000;

/** Somebody who looks at the use of secrets. */
export interface Looker {
  principal: Principal;
  ip: string | null;
  userAgent: string | null;
}

export type Verdict = 'allowed' | 'denied';

/** What was looked for, by parameter. */
export type Looked = Readonly<Record<string, unknown>>;

/** The same for the same actor, verdict and filter within the same five minutes. @param at µs since the epoch */
export const causeOfRead = ({ principal }: Looker, verdict: Verdict, looked: Looked, at: number): string =>
  causeHash(verdict, principal.id, filterText(looked), String(Math.floor(at / REPEATS_US)))
    .toString(16)
    .padStart(16, '0');

/** The event that says who looked at the use of secrets, or was refused. @param at µs since the epoch, of the first time */
export function eventOfRead(
  looker: Looker,
  verdict: Verdict,
  looked: Looked,
  at: number,
): { log: string; event: AuditEvent } {
  const { principal, ip, userAgent } = looker;
  const source = 'auditmesh/api';
  const cause = causeOfRead(looker, verdict, looked, at);
  const scope = scopeOf(principal);
  const event: AuditEvent = {
    id: eventId(at, source, cause),
    type: verdict === 'allowed' ? 'secret_audit_read' : 'secret_audit_denied',
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
    target: { type: 'audit_log', id: 'secret-access', name: 'Use of secrets' },
    outcome: verdict === 'allowed' ? 'success' : 'denied',
    message: `${verdict === 'allowed' ? 'Showed' : 'Refused to show'} the use of secrets to ${principal.name}`,
    consolidation: null,
    cause: { id: cause, topic: null },
    source,
    trace_id: null,
    ...noDetails,
    attributes: JSON.stringify({ filter: JSON.parse(filterText(looked)) as unknown }),
    contents: [],
  };
  return { log: logKey(scope.root_namespace_id), event };
}

/** Of somebody with one group that group, so that its own auditors see it; else the instance. */
function scopeOf({ namespaces }: Principal): Scope {
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
