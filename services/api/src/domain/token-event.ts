import { eventId, logKey, noDetails, type Actor, type AuditEvent } from '@auditmesh/events';

const SOURCE = 'auditmesh/api';

/** A token as far as the trail tells of it; what it is has no place here. */
export interface ToldToken {
  id: string;
  name: string;
  permissions: readonly string[];
  /** Groups whose subtrees it reaches; without any it reaches everything. */
  namespaces: readonly { id: string; path: string | null }[];
  /** RFC 3339. */
  expiresAt: string | null;
}

/** What became of a token, and by whom. */
export interface TokenChange {
  became: 'created' | 'revoked';
  actor: Actor;
  /** µs since the epoch. */
  at: number;
}

/** The event that says who made or revoked a token. It belongs to the instance, as tokens do. */
export function eventOfToken(
  { id, name, permissions, namespaces, expiresAt }: ToldToken,
  { became, actor, at }: TokenChange,
): { cause: string; log: string; event: AuditEvent } {
  const cause = `api-token/${id}/${became}`;
  const event: AuditEvent = {
    id: eventId(at, SOURCE, cause),
    type: `api_token_${became}`,
    category: 'administration',
    occurred_at: at,
    actor,
    scope: { type: 'instance', id: null, path: null, root_namespace_id: null },
    target: { type: 'api_token', id, name },
    outcome: 'success',
    message: `${became === 'created' ? 'Made' : 'Revoked'} the API token ${JSON.stringify(name)}`,
    consolidation: null,
    cause: { id: cause, topic: null },
    source: SOURCE,
    trace_id: null,
    ...noDetails,
    attributes: JSON.stringify({
      permissions,
      namespaces: namespaces.map((group) => group.path ?? group.id),
      expires_at: expiresAt,
    }),
    contents: [],
  };
  return { cause, log: logKey(null), event };
}
