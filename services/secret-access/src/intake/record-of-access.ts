import { escapeTexts, eventId, type SecretAccessed } from '@auditmesh/events';
import type { PostedAccess } from './posted-accesses.js';

/** A record of `secret.accesses.v1` in the making. */
export interface ReportedAccess {
  /** ce_source and ce_id: the cause. */
  source: string;
  id: string;
  /** Of the event that it becomes. */
  eventId: string;
  value: SecretAccessed;
}

/**
 * What a caller reports. Fields are taken by name, so nothing else of the body gets any further.
 *
 * @param occurredAt µs
 * @param id of the access within the caller
 */
export function reportedAccess(
  posted: PostedAccess,
  occurredAt: number,
  caller: string,
  id: string,
): ReportedAccess {
  const source = `http/${caller}`;
  const { actor } = posted;
  const value: SecretAccessed = {
    kind: 'access',
    producer_id: source,
    sequence: 0,
    partition_sequence: 0,
    occurred_at: occurredAt,
    access: {
      action: posted.action,
      outcome: posted.outcome ?? 'success',
      guarantee: 'none',
      actor: {
        type: actor.type,
        id: actor.id ?? null,
        name: actor.name ?? null,
        email: actor.email ?? null,
        ip: actor.ip ?? null,
        user_agent: actor.user_agent ?? null,
      },
      secret_id: posted.secret_id,
      secret_path: posted.secret_path ?? null,
      mount: posted.mount ?? null,
      version: posted.version ?? null,
      policy: posted.policy ?? null,
      request_id: posted.request_id ?? null,
      error_code: posted.error_code ?? null,
      corrects: null,
    },
    heartbeat: null,
  };
  return { source, id, eventId: eventId(occurredAt, source, id), value: escapeTexts(value) };
}
