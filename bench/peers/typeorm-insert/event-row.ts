import { detailsJson, formatMicros, type AuditEvent, type Consolidation } from '@auditmesh/events';
import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';

/** A row of the trail; times are texts, since a Date would cut the microseconds. */
export interface EventRow {
  id: string;
  type: string;
  category: string;
  occurred_at: string;
  recorded_at: string;
  actor_id: string | null;
  actor_type: string;
  actor_name: string | null;
  actor_email: string | null;
  actor_ip: string | null;
  actor_user_agent: string | null;
  scope_type: string;
  scope_id: string | null;
  scope_path: string | null;
  root_namespace_id: string | null;
  target_type: string;
  target_id: string | null;
  target_name: string | null;
  outcome: string;
  message: string;
  details: object | null;
  consolidation: Consolidation | null;
  cause_id: string;
  cause_topic: string | null;
  source: string;
  trace_id: string | null;
  log: string;
  log_position: number;
}

const text: EntitySchemaColumnOptions = { type: 'text' };
const optional: EntitySchemaColumnOptions = { type: 'text', nullable: true };
const json: EntitySchemaColumnOptions = { type: 'jsonb', nullable: true };

export const EventRowEntity = new EntitySchema<EventRow>({
  name: 'audit_events',
  tableName: 'audit_events',
  columns: {
    id: { type: 'uuid', primary: true },
    type: text,
    category: text,
    occurred_at: { ...text, primary: true },
    recorded_at: text,
    actor_id: optional,
    actor_type: text,
    actor_name: optional,
    actor_email: optional,
    actor_ip: optional,
    actor_user_agent: optional,
    scope_type: text,
    scope_id: optional,
    scope_path: optional,
    root_namespace_id: optional,
    target_type: text,
    target_id: optional,
    target_name: optional,
    outcome: text,
    message: text,
    details: json,
    consolidation: json,
    cause_id: text,
    cause_topic: optional,
    source: text,
    trace_id: optional,
    log: text,
    log_position: { type: 'bigint' },
  },
});

/**
 * The row of an event.
 *
 * @param recordedAt append time of its record, ms
 */
export function eventRow(event: AuditEvent, log: string, recordedAt: number, position: number): EventRow {
  const { actor, scope, target, cause } = event;
  return {
    id: event.id,
    type: event.type,
    category: event.category,
    occurred_at: formatMicros(event.occurred_at),
    recorded_at: formatMicros(recordedAt * 1000),
    actor_id: actor.id,
    actor_type: actor.type,
    actor_name: actor.name,
    actor_email: actor.email,
    actor_ip: actor.ip,
    actor_user_agent: actor.user_agent,
    scope_type: scope.type,
    scope_id: scope.id,
    scope_path: scope.path,
    root_namespace_id: scope.root_namespace_id,
    target_type: target.type,
    target_id: target.id,
    target_name: target.name,
    outcome: event.outcome,
    message: event.message,
    details: detailsJson(event) as object | null,
    consolidation: event.consolidation,
    cause_id: cause.id,
    cause_topic: cause.topic,
    source: event.source,
    trace_id: event.trace_id,
    log,
    log_position: position,
  };
}
