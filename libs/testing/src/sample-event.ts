import { eventId, noDetails, type AuditEvent } from '@auditmesh/events';

/** A valid audit event of tenant 1, distinct by its number. */
export function sampleEvent(n: number, change: Partial<AuditEvent> = {}): AuditEvent {
  const occurred_at = change.occurred_at ?? 1_795_000_000_000_000 + n * 1_000;
  return {
    id: eventId(occurred_at, 'test', String(n)),
    type: 'member_added',
    category: 'activity',
    occurred_at,
    actor: {
      id: String(n % 10),
      type: 'user',
      name: `User ${n % 10}`,
      email: null,
      ip: '10.0.0.1',
      user_agent: null,
    },
    scope: { type: 'project', id: '70', path: 'acme/ledger', root_namespace_id: '1' },
    target: { type: 'user', id: String(n), name: `Target ${n}` },
    outcome: 'success',
    message: `Added member ${n}`,
    consolidation: null,
    cause: { id: String(n), topic: null },
    source: 'test',
    trace_id: null,
    ...noDetails,
    contents: [],
    ...change,
  };
}
