import { ApiProperty } from '@nestjs/swagger';
import type { AuditEventJson } from '../audit-events/audit-event.json.js';
import { accessOf, accessTypes } from '../domain/secret-events.js';

const nullable = { type: String, nullable: true } as const;

/** One use of one secret. */
export class AuditLogJson {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ ...nullable, example: 'kv/payments/db-password' }) secret_id!: string | null;
  @ApiProperty({ enum: accessTypes }) access_type!: string;
  @ApiProperty({ format: 'date-time', description: 'When, RFC 3339 in UTC with microseconds' })
  timestamp!: string;
  @ApiProperty({
    ...nullable,
    description: 'Who: the id, else the e-mail address, else the name',
    example: '903',
  })
  user_identity!: string | null;
  @ApiProperty({ ...nullable, example: '10.4.0.12' }) ip_address!: string | null;
  @ApiProperty({ enum: ['user', 'service_account', 'access_token', 'deploy_key', 'system'] })
  user_type!: string;
  @ApiProperty(nullable) user_name!: string | null;
  @ApiProperty(nullable) user_email!: string | null;
  @ApiProperty(nullable) user_agent!: string | null;
  @ApiProperty({ enum: ['success', 'failure', 'denied'] }) outcome!: string;
  @ApiProperty(nullable) secret_path!: string | null;
  @ApiProperty({ ...nullable, description: 'Mount, engine or vault that holds the secret' }) mount!:
    string | null;
  @ApiProperty(nullable) version!: string | null;
  @ApiProperty({ type: [String], description: 'Policies that allowed or denied it, where they are known' })
  policies!: string[];
  @ApiProperty({ ...nullable, description: "The store's identity of the request" }) request_id!:
    string | null;
  @ApiProperty({ ...nullable, description: 'Full path of the group or project' }) namespace!: string | null;
  @ApiProperty({ ...nullable, description: 'Why it failed or was denied' }) error_code!: string | null;
  @ApiProperty({ description: 'One readable sentence' }) message!: string;
  @ApiProperty({ description: 'Type of the audit event, which has the same id' }) event_type!: string;
}

export class AuditLogPage {
  @ApiProperty({ type: [AuditLogJson] }) items!: AuditLogJson[];
  @ApiProperty({ ...nullable, description: 'Cursor of the next page; null on the last' }) next!:
    string | null;
}

/** The entry of an event that tells of the use of a secret. Details of other producers fill what they have. */
export function auditLogOf({
  id,
  type,
  occurred_at,
  actor,
  scope,
  target,
  ...event
}: AuditEventJson): AuditLogJson {
  const details = (event.details ?? {}) as Record<string, unknown>;
  const text = (name: string): string | null =>
    typeof details[name] === 'string' || typeof details[name] === 'number' ? String(details[name]) : null;
  return {
    id,
    secret_id: target.id ?? text('secret_id'),
    access_type: accessOf(type)!,
    timestamp: occurred_at,
    user_identity: actor.id ?? actor.email ?? actor.name,
    ip_address: actor.ip,
    user_type: actor.type,
    user_name: actor.name,
    user_email: actor.email,
    user_agent: actor.user_agent,
    outcome: event.outcome,
    secret_path: text('secret_path'),
    mount: text('mount'),
    version: text('version'),
    policies: Array.isArray(details.policies) ? details.policies.map(String) : [],
    request_id: text('request_id'),
    namespace: scope.path,
    error_code: text('error_code'),
    message: event.message,
    event_type: type,
  };
}
