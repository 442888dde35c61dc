import {
  escapeText,
  eventId,
  noDetails,
  type Actor,
  type AuditEvent,
  type SecretUse,
  short,
} from '@auditmesh/events';
import type { Place } from './place.js';

/** An event, and the key of its record. */
export interface LoggedEvent {
  log: string;
  event: AuditEvent;
}

/** What an event is made from. */
export interface Cause {
  /** ce_source and ce_id. */
  source: string;
  id: string;
  topic: string;
  traceId: string | null;
}

/** A use of a secret, whoever reported it. */
export interface ReportedUse {
  use: Omit<SecretUse, 'unresolved'>;
  actor: Actor;
  outcome: string;
  /** µs since the epoch. */
  occurredAt: number;
  cause: Cause;
}

const verbs: Record<string, { done: string; doing: string }> = {
  read: { done: 'Read the secret', doing: 'reading the secret' },
  write: { done: 'Wrote the secret', doing: 'writing the secret' },
  list: { done: 'Listed the secrets below', doing: 'listing the secrets below' },
  delete: { done: 'Deleted the secret', doing: 'deleting the secret' },
  rotate: { done: 'Rotated the secret', doing: 'rotating the secret' },
};
/** Characters of a text that says more about it; what an event has room for even if each becomes six bytes. */
const MAX_TEXT = 1_025;
const TIGHT_TEXT = 120;
const MAX_POLICIES = 20;
const MAX_BYTES = 55_000;

/** The event of a use of a secret. Its id follows from the cause alone, and its length is what the trail takes. */
export function eventOfUse(reported: ReportedUse, place: Place): LoggedEvent {
  const event = fitted(reported, place, MAX_TEXT);
  const fits = Buffer.byteLength(JSON.stringify(event)) <= MAX_BYTES;
  return { log: place.log, event: fits ? event : fitted(reported, place, TIGHT_TEXT) };
}

function fitted({ use, actor, outcome, occurredAt, cause }: ReportedUse, place: Place, limit: number) {
  const text = (value: string | null) => (value === null ? null : short(storable(value), limit));
  const secretId = storable(use.secret_id);
  const name = nameOf(storable(use.secret_path ?? use.secret_id));
  const event: AuditEvent = {
    ...noDetails,
    id: eventId(occurredAt, cause.source, cause.id),
    type: `secret_${use.access_type}`,
    category: 'secret_access',
    occurred_at: occurredAt,
    actor: {
      type: actor.type,
      id: text(actor.id),
      name: text(actor.name),
      email: text(actor.email),
      ip: text(actor.ip),
      user_agent: text(actor.user_agent),
    },
    scope: place.scope,
    target: { type: 'secret', id: short(secretId, limit), name: short(name) },
    outcome,
    message: messageOf(use.access_type, outcome, short(secretId), use.corrects !== null),
    consolidation: null,
    cause: { id: cause.id, topic: cause.topic },
    source: cause.source,
    trace_id: cause.traceId,
    secret_access: {
      ...use,
      secret_id: secretId,
      secret_path: text(use.secret_path),
      mount: text(use.mount),
      version: text(use.version),
      operation: text(use.operation),
      policies: use.policies.slice(0, MAX_POLICIES).map((policy) => short(storable(policy), TIGHT_TEXT)),
      request_id: text(use.request_id),
      error_code: text(use.error_code),
      unresolved: place.unresolved,
    },
    contents: [],
  };
  return event;
}

function messageOf(accessType: string, outcome: string, secret: string, corrects: boolean): string {
  const { done, doing } = verbs[accessType]!;
  const also = corrects ? ', which was told otherwise before' : '';
  if (outcome === 'denied') return `Was denied ${doing} ${secret}${also}`;
  if (outcome === 'failure') return `Failed at ${doing} ${secret}${also}`;
  return `${done} ${secret}${also}`;
}

/** The last part of a path. */
const nameOf = (path: string): string => path.replace(/\/+$/, '').split('/').at(-1) || path;

/** Text that was not escaped where it was written. */
const storable = (text: string): string =>
  text.includes('\0') || !text.isWellFormed() ? escapeText(text) : text;
