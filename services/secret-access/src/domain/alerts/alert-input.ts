import { NO_TENANT, type AlertInput, type AuditEvent } from '@auditmesh/events';

/** What of an audit event tells a use of a secret. */
export const useFields = [
  'id',
  'type',
  'occurred_at',
  'actor',
  'scope',
  'target',
  'outcome',
  'secret_access',
] as const;
export type EventOfUse = Pick<AuditEvent, (typeof useFields)[number]>;

const ownTypes = new Set(['secret_read', 'secret_write', 'secret_list', 'secret_delete', 'secret_rotate']);
const gitlabType = /^secrets_manager_(read|create|update|delete)_(?:project|group)_secret$/;
const gitlabAccess: Record<string, string> = {
  read: 'read',
  create: 'write',
  update: 'write',
  delete: 'delete',
};

/**
 * The use of a secret that the event tells; null for every other event, alerts included, so that alerts never lead to
 * alerts. GitLab's secrets manager tells no id that is unique beyond its scope, so that the path goes before it.
 *
 * @param appendedAt when the event was appended to its topic, ms
 */
export function alertInputOf(event: EventOfUse, appendedAt: number): AlertInput | null {
  const what = secretOf(event);
  if (!what) return null;
  const { actor, scope, outcome, occurred_at, secret_access } = event;
  return {
    event_id: secret_access?.corrects ?? event.id,
    occurred_at,
    appended_at: appendedAt * 1000,
    tenant: scope.root_namespace_id ?? NO_TENANT,
    scope_path: scope.path,
    ...what,
    outcome,
    actor_id: actor.id,
    actor_type: actor.type,
    actor_name: actor.name,
    ip: actor.ip,
  };
}

function secretOf({
  type,
  scope,
  target,
  secret_access: use,
}: EventOfUse): Pick<AlertInput, 'secret_id' | 'access_type'> | null {
  if (use && ownTypes.has(type)) return { secret_id: use.secret_id, access_type: use.access_type };
  const verb = gitlabType.exec(type)?.[1];
  if (verb === undefined || target.id === null) return null;
  const place = scope.path ?? scope.id;
  return {
    secret_id: place === null ? target.id : `${place}/${target.id}`,
    access_type: gitlabAccess[verb]!,
  };
}
