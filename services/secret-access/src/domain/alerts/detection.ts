import { durationText, type AlertRule, type CountRule } from '@auditmesh/alert-rules';
import type { AlertInput, AlertSubject } from '@auditmesh/events';
import { noteIp } from './known-ips.js';
import { countUse, fullestWindow, partOf } from './use-buckets.js';
import { WorkingHours } from './working-hours.js';

/** What a use did to the state of its subject. */
export interface Detection {
  /** Whether the state changed. */
  touched: boolean;
  /** Why the rule holds; null where it does not. */
  hit: Hit | null;
  /** What was left out, since there is too much of it. */
  dropped: 'late_use' | 'ip' | null;
}

/** The rule holds for this use. */
export interface Hit {
  /** Uses within the window; null where each use that the rule holds for counts. */
  count: number | null;
  /** µs since the epoch. */
  firstAt: number;
  /** Events that it rests on, in order. */
  eventIds: string[];
  /** What the subject did, for people, to go after its name. */
  did: string;
}

const nothing: Detection = { touched: false, hit: null, dropped: null };
const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Decides whether a rule holds for a use, and changes the state of the subject in place. */
export type Detect = (subject: AlertSubject, use: AlertInput) => Detection;

/** The way of the rule. It may be used for all subjects. */
export function detectBy(rule: AlertRule): Detect {
  switch (rule.kind) {
    case 'count':
    case 'denied_burst':
      return (subject, use) => detectCount(rule, subject, use);
    case 'first_seen_ip':
      return (subject, use) => {
        if (use.ip === null) return nothing;
        const { isNew, changed, evicted } = noteIp(subject, rule, use);
        const did = `used a secret from ${use.ip}, which it has not used for ${durationText(rule.rememberMs)}`;
        return { touched: changed, hit: isNew ? single(use, did) : null, dropped: evicted ? 'ip' : null };
      };
    case 'off_hours': {
      const hours = new WorkingHours(rule);
      return (_, use) => {
        if (!hours.isOff(use.occurred_at)) return nothing;
        const { weekday, minute } = hours.localTime(use.occurred_at);
        const time = [Math.floor(minute / 60), minute % 60].map((n) => String(n).padStart(2, '0')).join(':');
        const was = rule.by === 'secret' ? 'was used' : 'used a secret';
        const did = `${was} on ${dayNames[weekday]} at ${time} (${rule.timeZone}), outside of working hours`;
        return { touched: true, hit: single(use, did), dropped: null };
      };
    }
  }
}

function detectCount(rule: CountRule, { buckets }: AlertSubject, use: AlertInput): Detection {
  const part = partOf(use.occurred_at, rule.windowMs);
  if (!countUse(buckets, part, use.occurred_at, use.event_id)) return { ...nothing, dropped: 'late_use' };
  const { count, firstAt, eventIds } = fullestWindow(buckets, part);
  if (count < rule.threshold) return { ...nothing, touched: true };
  const within = `within ${durationText(rule.windowMs)}`;
  return {
    touched: true,
    hit: { count, firstAt, eventIds: [...eventIds, use.event_id], did: `${didOften(rule, count)} ${within}` },
    dropped: null,
  };
}

function didOften({ kind, by }: CountRule, count: number): string {
  const times = count === 1 ? 'once' : `${count} times`;
  if (kind === 'denied_burst') return `was ${by === 'secret' ? 'refused' : 'denied'} ${times}`;
  return by === 'secret' ? `was used ${times}` : `used secrets ${times}`;
}

const single = (use: AlertInput, did: string): Hit => ({
  count: null,
  firstAt: use.occurred_at,
  eventIds: [use.event_id],
  did,
});
