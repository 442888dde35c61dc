import {
  eventId,
  formatMicros,
  logKey,
  noDetails,
  type Actor,
  type AuditEvent,
  type ComplianceCommand,
} from '@auditmesh/events';
import type { Ping, PingAnswer, RequiredExternalControl } from './external-control.js';

const SOURCE = 'auditmesh/api';
const SECOND_US = 1_000_000;
/** Between one attempt and the next, s; the last one repeats. */
const DELAYS_S = [10, 60, 300, 900];

export const system: Actor = {
  id: null,
  type: 'system',
  name: 'Auditmesh',
  email: null,
  ip: null,
  user_agent: null,
};

/** No family of a command is set. */
export const noCommand = { transition: null, comment: null, link: null, verdict: null, evaluation: null };

/** Key of what concerns the project, on `audit.events.v1` and `compliance.commands.v1`. */
export const keyOf = ({ tenant, logShards, project }: RequiredExternalControl): string =>
  logKey(tenant, logShards, String(project.id));

/** When to try again after so many attempts, µs since the epoch; undefined: not any more, since the verdict would be too late. */
export function nextAttempt(attempts: number, now: number, { dueAt }: Ping): number | undefined {
  const at = now + DELAYS_S[Math.min(attempts, DELAYS_S.length) - 1]! * SECOND_US;
  return at < dueAt ? at : undefined;
}

/** Whether the address took the question; a redirection is not followed, and so is a failure. */
export function answerOfStatus(status: number): PingAnswer {
  if (status >= 200 && status < 300) return { status, error: null, isFinal: true };
  const isFinal = status < 500 && ![408, 425, 429].includes(status);
  return { status, error: `it answered ${status}`, isFinal };
}

/** What the control is asked. @param callback where it sends its verdict */
export const pingBody = (required: RequiredExternalControl, ping: Ping, callback: string): string =>
  JSON.stringify({
    request_id: ping.id,
    project: required.project,
    framework: required.framework,
    requirement: required.requirement,
    control: { id: required.id, name: required.name },
    asked_at: formatMicros(ping.begunAt),
    due_at: formatMicros(ping.dueAt),
    callback_url: callback,
  });

/** Tells the engine that a verdict is awaited. The same for every attempt. */
export const commandOfPing = (required: RequiredExternalControl, ping: Ping): ComplianceCommand => ({
  ...noCommand,
  id: eventId(ping.begunAt, SOURCE, 'external-control-request', ping.id),
  tenant: required.tenant,
  project_id: required.project.id,
  occurred_at: ping.begunAt,
  actor: system,
  verdict: { control_id: required.id, status: 'pending', due_at: ping.dueAt, renews: ping.renews },
});

/** Cause of the event that says how a question ended; there is one per question. */
export const causeOfPing = ({ id }: Ping): string => `external-control-request/${id}`;

/** The event that says how a question ended. @param at when it did, µs since the epoch */
export function eventOfPing(
  required: RequiredExternalControl,
  ping: Ping,
  answer: PingAnswer,
  attempts: number,
  at: number,
): { log: string; event: AuditEvent } {
  const { project, tenant, name } = required;
  const isAnswered = answer.error === null;
  const cause = causeOfPing(ping);
  const about = `the external control ${JSON.stringify(name)} about ${project.path}`;
  const event: AuditEvent = {
    id: eventId(at, SOURCE, cause),
    type: `request_to_compliance_external_control_${isAnswered ? 'successful' : 'failed'}`,
    category: 'compliance',
    occurred_at: at,
    actor: system,
    scope: { type: 'project', id: String(project.id), path: project.path, root_namespace_id: tenant },
    target: targetOf(required),
    outcome: isAnswered ? 'success' : 'failure',
    message: isAnswered ? `Asked ${about}` : `Could not ask ${about}: ${answer.error}`,
    consolidation: null,
    cause: { id: cause, topic: null },
    source: SOURCE,
    trace_id: null,
    ...noDetails,
    attributes: JSON.stringify({
      url: withoutQuery(required.url),
      status: answer.status,
      attempts,
      ...(answer.error !== null && { error: answer.error }),
      request_id: ping.id,
      framework_id: required.framework.id,
      requirement_id: required.requirement.id,
    }),
    contents: [],
  };
  return { log: keyOf(required), event };
}

/** The control as the target of an event. */
export const targetOf = ({ id, name }: { id: number; name: string }) => ({
  type: 'compliance_control',
  id: String(id),
  name,
});

/** The address without what may be a token. */
export function withoutQuery(url: string): string {
  if (!URL.canParse(url)) return url.split('?', 1)[0]!;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
