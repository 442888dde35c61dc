import { detailsText, formatMicros, type AuditEvent, type Content } from '@auditmesh/events';

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

/** An event with what its record says of it. */
export interface RecordedEvent {
  event: AuditEvent;
  /** Key of the record. */
  log: string;
  /** Append time of the record, ms. */
  recordedAt: number;
}

/** A row but for its position, which is its last column. */
export interface EventRow {
  id: string;
  /** RFC 3339 with microseconds. */
  occurredAt: string;
  log: string;
  /** The row up to the position, in the text format of COPY. */
  beginning: string;
  /** Values that the event only refers to. */
  contents: Content[];
}

export function eventRow({ event, log, recordedAt }: RecordedEvent): EventRow {
  const { id, actor, scope, target, consolidation, cause, contents } = event;
  const occurredAt = formatMicros(event.occurred_at);
  const beginning = copyFields([
    id,
    event.type,
    event.category,
    occurredAt,
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
    detailsText(event),
    consolidation && JSON.stringify(consolidation),
    cause.id,
    cause.topic,
    event.source,
    event.trace_id,
    log,
  ]);
  return { id, occurredAt, log, beginning, contents };
}

const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Fields in the text format of COPY, each with its end (PostgreSQL documentation, "COPY", "Text Format"). */
function copyFields(fields: (string | null)[]): string {
  let text = '';
  for (const field of fields) text += field === null ? '\\N\t' : `${escape(field)}\t`;
  return text;
}

const escape = (text: string): string =>
  /[\\\n\r\t]/.test(text) ? text.replace(/[\\\n\r\t]/g, (c) => escapes[c]!) : text;
