import { detailsJson, formatMicros, type AuditEvent } from '@auditmesh/events';

/** Columns of `audit_events`, in the order of the rows. */
export const eventColumns = [
  'id',
  'type',
  'category',
  'occurred_at',
  'recorded_at',
  'actor_id',
  'actor_type',
  'actor_name',
  'actor_email',
  'actor_ip',
  'actor_user_agent',
  'scope_type',
  'scope_id',
  'scope_path',
  'root_namespace_id',
  'target_type',
  'target_id',
  'target_name',
  'outcome',
  'message',
  'details',
  'consolidation',
  'cause_id',
  'cause_topic',
  'source',
  'trace_id',
  'log',
  'log_position',
] as const;

/**
 * The event as a line of PostgreSQL's text format for COPY.
 *
 * @param recordedAt append time of the record, ms
 */
export function eventRow(event: AuditEvent, recordedAt: number, log: string, position: number): string {
  const { actor, scope, target, consolidation, cause } = event;
  const details = detailsJson(event);
  return copyLine([
    event.id,
    event.type,
    event.category,
    formatMicros(event.occurred_at),
    formatMicros(recordedAt * 1000),
    actor.id,
    actor.type,
    actor.name,
    actor.email,
    actor.ip,
    actor.user_agent,
    scope.type,
    scope.id,
    scope.path,
    scope.root_namespace_id,
    target.type,
    target.id,
    target.name,
    event.outcome,
    event.message,
    details === null ? null : JSON.stringify(details),
    consolidation && JSON.stringify(consolidation),
    cause.id,
    cause.topic,
    event.source,
    event.trace_id,
    log,
    String(position),
  ]);
}

const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A line of the text format of COPY (PostgreSQL documentation, "COPY", "Text Format"). */
export const copyLine = (fields: (string | null)[]): string =>
  `${fields.map((field) => (field === null ? '\\N' : escape(field))).join('\t')}\n`;

const escape = (text: string): string =>
  /[\\\n\r\t]/.test(text) ? text.replace(/[\\\n\r\t]/g, (c) => escapes[c]!) : text;
