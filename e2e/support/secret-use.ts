import { eventId, noDetails, type AuditEvent, type SecretUse } from '@auditmesh/events';
import { actor } from './actor.js';

const project = { type: 'project', id: '70', path: 'acme/payments/ledger', root_namespace_id: '1' };

/** An event of the use of a secret by an account of the mesh, distinct by its number. @param more fields instead of the usual ones */
export function secretUse(
  n: number,
  accessType: string,
  secretId: string,
  more: Partial<AuditEvent> = {},
  use: Partial<SecretUse> = {},
): AuditEvent {
  const occurred_at = more.occurred_at ?? Date.parse('2026-11-10T10:00:00Z') * 1000 + n;
  return {
    id: eventId(occurred_at, 'vault', String(n)),
    type: `secret_${accessType}`,
    category: 'secret_access',
    occurred_at,
    actor: actor({ id: '903', type: 'service_account', name: 'deploy-bot', ip: '10.4.0.12' }),
    scope: project,
    target: { type: 'secret', id: secretId, name: secretId },
    outcome: 'success',
    message: `Used the secret ${secretId}: ${accessType}`,
    consolidation: null,
    cause: { id: String(n), topic: null },
    source: 'vault/main',
    trace_id: null,
    ...noDetails,
    secret_access: {
      access_type: accessType,
      secret_id: secretId,
      secret_path: null,
      mount: 'kv/',
      version: null,
      operation: null,
      policies: ['payments-read'],
      request_id: `request-${n}`,
      error_code: null,
      guarantee: null,
      producer_id: 'vault/main',
      sequence: null,
      corrects: null,
      unresolved: false,
      ...use,
    },
    contents: [],
    ...more,
  };
}

/** As a producer writes them. */
export const factsOf = (events: AuditEvent[]) => events.map((value) => ({ id: value.cause.id, value }));
