import {
  eventId,
  escapeTexts,
  logKey,
  noDetails,
  type AuditEvent,
  type Catalog,
  type Scope,
} from '@auditmesh/events';
import type { PostedAuditEvent } from './posted-audit-event.js';

/** Bytes of JSON that an event may have. */
export const MAX_EVENT_BYTES = 60_000;

/** Where a posted event belongs, as the directory knows it. */
export interface ResolvedScope {
  path: string | null;
  /** Root namespace; null for what belongs to none. */
  tenant: string | null;
  logShards: number;
}

export const sourceOf = (caller: string): string => `auditmesh/api/${caller}`;

/** The event of a post, and the key of its record. */
export function eventOfPost(
  posted: PostedAuditEvent,
  occurredAt: number,
  caller: string,
  idempotencyKey: string,
  resolved: ResolvedScope,
  catalog: Catalog,
): { log: string; event: AuditEvent } {
  const {
    type,
    actor,
    scope,
    target,
    outcome = 'success',
    message,
    details,
  } = escapeTexts(structuredClone({ ...posted }));
  const { path, tenant, logShards } = resolved;
  const source = sourceOf(caller);
  const owner: Scope = { type: scope.type, id: scope.id ?? null, path, root_namespace_id: tenant };
  return {
    log: logKey(tenant, logShards, scope.type === 'project' ? owner.id : null),
    event: {
      id: eventId(occurredAt, source, idempotencyKey),
      type,
      category: catalog.category(type)!,
      occurred_at: occurredAt,
      actor: {
        id: actor.id ?? null,
        type: actor.type,
        name: actor.name ?? null,
        email: actor.email ?? null,
        ip: actor.ip ?? null,
        user_agent: actor.user_agent ?? null,
      },
      scope: owner,
      target: { type: target.type, id: target.id ?? null, name: target.name ?? null },
      outcome,
      message,
      consolidation: null,
      cause: { id: idempotencyKey, topic: null },
      source,
      trace_id: null,
      ...noDetails,
      attributes: details === undefined ? null : JSON.stringify(details),
      contents: [],
    },
  };
}
