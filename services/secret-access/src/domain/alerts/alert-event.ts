import { durationText, type AlertRule } from '@auditmesh/alert-rules';
import {
  eventId,
  logKey,
  noDetails,
  NO_TENANT,
  type Actor,
  type AlertEpisode,
  type AlertInput,
  type AlertSubject,
  type AuditEvent,
  type Scope,
} from '@auditmesh/events';
import type { Hit } from './detection.js';

export const SOURCE = 'auditmesh/secret-access';
/** The events that are named in an alert, at most. */
export const MOST_EVENTS = 20;
const INPUT = 'audit.events.v1';

/** Why an alert ends. */
export type Ending = 'passed' | 'rule_removed' | 'rule_changed' | 'too_many';

/** An audit event with the log that it goes to. */
export interface AlertEvent {
  log: string;
  event: AuditEvent;
}

/** The alert that begins with the use, for the state of its subject. @param at append time, µs */
export function episodeOf(
  rule: AlertRule,
  subject: AlertSubject,
  use: AlertInput,
  hit: Hit,
  at: number,
): AlertEpisode {
  const isCount = rule.kind === 'count' || rule.kind === 'denied_burst';
  return {
    raised_id: eventId(use.occurred_at, SOURCE, ...raisedCause(subject, rule.by, use), 'raised'),
    held_at: at,
    clear_after_ms: rule.clearAfterMs,
    first_at: hit.firstAt,
    last_at: use.occurred_at,
    count: hit.count ?? 1,
    severity: rule.severity,
    subject_type: rule.by,
    threshold: isCount ? rule.threshold : null,
    window_ms: isCount ? rule.windowMs : null,
    event_ids: [...new Set(hit.eventIds)].slice(-MOST_EVENTS),
    actor_type: rule.by === 'identity' ? use.actor_type : 'system',
    actor_name: rule.by === 'identity' ? use.actor_name : 'Alerts',
    ip: use.ip,
    root_path: use.tenant === NO_TENANT ? null : (use.scope_path?.split('/')[0] ?? null),
  };
}

/** The event that tells that the alert has begun. It occurred with the use that raised it. */
export function raisedEvent(
  subject: AlertSubject,
  episode: AlertEpisode,
  use: AlertInput,
  hit: Hit,
): AlertEvent {
  return alertEvent(subject, episode, {
    id: episode.raised_id,
    type: 'secret_access_alert_raised',
    occurred_at: use.occurred_at,
    message: capitalised(`${nameOf(subject, episode)} ${hit.did}`, episode),
    cause: { id: `${raisedCause(subject, episode.subject_type, use).join('/')}/raised`, topic: INPUT },
    raised: null,
  });
}

/**
 * The event that tells that the alert has ended. It occurred when the rule had not held for as long as it asks.
 *
 * @param at when the rule was taken away or changed, µs; does not matter for other endings
 */
export function clearedEvent(
  subject: AlertSubject,
  episode: AlertEpisode,
  ending: Ending,
  at: number,
): AlertEvent {
  const { raised_id, last_at, clear_after_ms } = episode;
  const passed = last_at + clear_after_ms * 1000;
  const occurred_at = ending === 'passed' ? passed : Math.max(at, last_at);
  return alertEvent(subject, episode, {
    id: eventId(occurred_at, SOURCE, raised_id, 'cleared'),
    type: 'secret_access_alert_cleared',
    occurred_at,
    message: `${titleOf(subject.rule)}, ${nameOf(subject, episode)}: ${whyEnded(episode, ending)}`,
    cause: { id: `${raised_id}/cleared`, topic: INPUT },
    raised: raised_id,
  });
}

const raisedCause = ({ tenant, rule, subject }: AlertSubject, by: string, use: AlertInput): string[] => [
  tenant,
  rule,
  by,
  subject,
  use.event_id,
];

function whyEnded({ clear_after_ms, subject_type }: AlertEpisode, ending: Ending): string {
  switch (ending) {
    case 'passed':
      return `the rule has not held for ${durationText(clear_after_ms)}`;
    case 'rule_removed':
      return 'the rule was removed';
    case 'rule_changed':
      return 'the rule was changed, and begins anew';
    case 'too_many':
      return `too many alerts by ${subject_type} are raised, so that the oldest is no longer followed`;
  }
}

type Told = Pick<AuditEvent, 'id' | 'type' | 'occurred_at' | 'message' | 'cause'> & { raised: string | null };

function alertEvent(subject: AlertSubject, episode: AlertEpisode, { raised, ...told }: Told): AlertEvent {
  const { severity, subject_type, count, threshold, window_ms, first_at, last_at, event_ids } = episode;
  const event: AuditEvent = {
    ...told,
    category: 'secret_access',
    actor: actorOf(subject, episode),
    scope: scopeOf(subject, episode),
    target: { type: 'alert_rule', id: subject.rule, name: titleOf(subject.rule) },
    outcome: 'success',
    consolidation: null,
    source: SOURCE,
    trace_id: null,
    ...noDetails,
    alert: {
      rule: subject.rule,
      severity,
      subject_type,
      subject: subject.subject,
      count,
      threshold,
      window_ms,
      first_at,
      last_at,
      event_ids: [...event_ids],
      raised_event_id: raised,
    },
    contents: [],
  };
  return { log: logKey(subject.tenant), event };
}

function actorOf(
  { subject }: AlertSubject,
  { subject_type, actor_type, actor_name, ip }: AlertEpisode,
): Actor {
  const id = subject_type === 'identity' ? subject : null;
  return { id, type: actor_type, name: actor_name, email: null, ip, user_agent: null };
}

function scopeOf({ tenant }: AlertSubject, { root_path }: AlertEpisode): Scope {
  if (tenant === NO_TENANT) return { type: 'instance', id: null, path: null, root_namespace_id: null };
  return { type: 'group', id: tenant, path: root_path, root_namespace_id: tenant };
}

function nameOf({ subject }: AlertSubject, { subject_type, actor_name }: AlertEpisode): string {
  if (subject_type === 'identity') return actor_name ?? subject;
  return subject_type === 'secret' ? `the secret ${subject}` : subject;
}

/** Names of identities stay as they are. */
const capitalised = (message: string, { subject_type }: AlertEpisode): string =>
  subject_type === 'secret' ? `T${message.slice(1)}` : message;

/** `many-reads` as people write it. */
const titleOf = (rule: string): string => rule[0]!.toUpperCase() + rule.slice(1).replaceAll('-', ' ');
