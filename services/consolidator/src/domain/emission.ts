import type { Actor, AuditCandidate, AuditEvent, Closure } from '@auditmesh/events';
import { noDetails } from '@auditmesh/events';

/** An event to be emitted and, unless it passed through, what is remembered of its window. */
export interface Emission {
  /** Key on `audit.events.v1`. */
  log: string;
  event: AuditEvent;
  closure?: Closure;
}

const SYSTEM: Actor = { id: null, type: 'system', name: null, email: null, ip: null, user_agent: null };

/** What a member alone says of the future event. */
export const eventOfMember = (member: AuditCandidate): AuditEvent => ({
  ...noDetails,
  id: '',
  type: member.type,
  category: member.category,
  occurred_at: member.occurred_at,
  actor: SYSTEM,
  scope: member.scope,
  target: member.target,
  outcome: 'success',
  message: '',
  consolidation: null,
  cause: member.cause,
  source: member.source,
  trace_id: null,
  contents: [],
});

/** What makes an event an amendment of another. */
export const amending = {
  type: 'audit_event_amended',
  category: 'administration',
} satisfies Partial<AuditEvent>;
