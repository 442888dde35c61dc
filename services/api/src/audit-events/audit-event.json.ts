import { ApiProperty } from '@nestjs/swagger';
import type { AuditEventRow } from '../store/audit-event.entity.js';

const nullable = { type: String, nullable: true } as const;

export class ActorJson {
  @ApiProperty(nullable) id!: string | null;
  @ApiProperty({ enum: ['user', 'service_account', 'access_token', 'deploy_key', 'system'] }) type!: string;
  @ApiProperty(nullable) name!: string | null;
  @ApiProperty(nullable) email!: string | null;
  @ApiProperty(nullable) ip!: string | null;
  @ApiProperty(nullable) user_agent!: string | null;
}

class ScopeJson {
  @ApiProperty({ enum: ['instance', 'group', 'project', 'user'] }) type!: string;
  @ApiProperty(nullable) id!: string | null;
  @ApiProperty(nullable) path!: string | null;
  @ApiProperty(nullable) root_namespace_id!: string | null;
}

class TargetJson {
  @ApiProperty() type!: string;
  @ApiProperty(nullable) id!: string | null;
  @ApiProperty(nullable) name!: string | null;
}

export class CauseJson {
  @ApiProperty() id!: string;
  @ApiProperty(nullable) topic!: string | null;
}

/** An audit event as the API shows it. */
export class AuditEventJson {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ description: 'Name in the catalog of event types' }) type!: string;
  @ApiProperty() category!: string;
  @ApiProperty({ format: 'date-time', description: 'RFC 3339 in UTC with microseconds' })
  occurred_at!: string;
  @ApiProperty() actor!: ActorJson;
  @ApiProperty() scope!: ScopeJson;
  @ApiProperty() target!: TargetJson;
  @ApiProperty({ enum: ['success', 'failure', 'denied'] }) outcome!: string;
  @ApiProperty({ description: 'One readable sentence' }) message!: string;
  @ApiProperty({ type: Object, nullable: true }) details!: unknown;
  @ApiProperty({ type: Object, nullable: true, description: 'How many records were made into this one' })
  consolidation!: unknown;
  @ApiProperty() cause!: CauseJson;
  @ApiProperty() source!: string;
  @ApiProperty(nullable) trace_id!: string | null;
}

export class AuditEventPage {
  @ApiProperty({ type: [AuditEventJson] }) items!: AuditEventJson[];
  @ApiProperty({ ...nullable, description: 'Cursor of the next page; null on the last' }) next!:
    string | null;
}

export const eventJson = (row: AuditEventRow): AuditEventJson => ({
  id: row.id,
  type: row.type,
  category: row.category,
  occurred_at: rfc3339(row.occurred_at),
  actor: {
    id: row.actor_id,
    type: row.actor_type,
    name: row.actor_name,
    email: row.actor_email,
    ip: row.actor_ip,
    user_agent: row.actor_user_agent,
  },
  scope: {
    type: row.scope_type,
    id: row.scope_id,
    path: row.scope_path,
    root_namespace_id: row.root_namespace_id,
  },
  target: { type: row.target_type, id: row.target_id, name: row.target_name },
  outcome: row.outcome,
  message: row.message,
  details: row.details,
  consolidation: row.consolidation,
  cause: { id: row.cause_id, topic: row.cause_topic },
  source: row.source,
  trace_id: row.trace_id,
});

/** `2026-11-20 10:00:00.5+00`, as PostgreSQL writes it, with a T, six digits and a Z. */
export function rfc3339(text: string): string {
  const [, date, time, fraction = ''] = /^(\S+) (\d\d:\d\d:\d\d)(?:\.(\d+))?\+00$/.exec(text)!;
  return `${date}T${time}.${fraction.padEnd(6, '0')}Z`;
}
