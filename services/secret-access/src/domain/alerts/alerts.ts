import { AlertRules, type AlertRule } from '@auditmesh/alert-rules';
import type { AlertInput, AlertState, AlertSubject } from '@auditmesh/events';
import {
  clearedEvent,
  episodeOf,
  MOST_EVENTS,
  raisedEvent,
  type AlertEvent,
  type Ending,
} from './alert-event.js';
import { detectBy, type Detect, type Hit } from './detection.js';
import { SeenEvents } from './seen-uses.js';
import { Subjects } from './subjects.js';
import { matches, subjectOf } from './use-filter.js';

/** A late use counts up to so long after the last one of its subject, beyond the window of the rule, µs. */
const LATENESS = 3_600_000_000;

/** What evaluating did, to be written and counted together. */
export interface Effects {
  events: AlertEvent[];
  /** Changed state by key; null is forgotten. */
  states: { key: string; value: AlertState | null }[];
  /** What was left out since there is too much of it, one entry each. */
  dropped: { rule: string; what: Dropped }[];
}
export type Dropped = 'subject' | 'ip' | 'late_use';

interface ActiveRule {
  rule: AlertRule;
  detect: Detect;
}

/**
 * Evaluates the alert rules on the uses of secrets of one partition. Rules look at when a use occurred; how long an alert
 * lasts goes by append time. All that follows from a sequence of uses and append times is the same however it is split
 * into batches, with repeated uses and with restarts; `advance` only brings forward what a later use would bring.
 */
export class Alerts {
  private known = AlertRules.none;
  private active: ActiveRule[] = [];
  private readonly groups = new Map<string, Subjects>();
  private readonly seen = new Map<string, SeenEvents>();
  private readonly raised = new Set<AlertSubject>();
  /** No alert ends before this append time, µs. */
  private nextEnd = Infinity;
  private readonly changed = new Map<string, AlertSubject | null>();
  private events: AlertEvent[] = [];
  private dropped: Effects['dropped'] = [];

  /** @param mostSubjects what one rule remembers of one tenant, at most */
  constructor(private readonly mostSubjects: number) {}

  /** Goes on from what was written before, by key. Rules have to be told after it. */
  restore(states: Iterable<AlertState>): void {
    const all = [...states];
    const subjects = all.flatMap(({ subject }) => subject ?? []);
    subjects.sort((a, b) => a.touched_at - b.touched_at || a.touched_offset - b.touched_offset);
    for (const subject of subjects) {
      this.group(subject.tenant, subject.rule, subject.fingerprint, Infinity).restore(subject);
      if (!subject.episode) continue;
      this.raised.add(subject);
      this.nextEnd = Math.min(this.nextEnd, endOf(subject));
    }
    const chunks = all.flatMap(({ seen }) => seen ?? []);
    chunks.sort((a, b) => a.first_offset - b.first_offset);
    for (const chunk of chunks) this.seenOf(chunk.tenant).restore(chunk);
  }

  /**
   * Takes over the rules. What one remembers that is gone or decides differently is dropped, and its alerts end; if it may
   * be there still, in a file that is broken, all stays as it is.
   *
   * @param at when the rules were read, µs
   */
  useRules(rules: AlertRules, at: number): void {
    if (rules === this.known) return;
    this.known = rules;
    this.active = rules.rules.map((rule) => ({ rule, detect: detectBy(rule) }));
    const byName = new Map(rules.rules.map((rule) => [rule.name, rule]));
    for (const [key, group] of this.groups) {
      const rule = byName.get(group.rule);
      if (rule?.fingerprint === group.fingerprint) group.keepFor = keepFor(rule);
      else if (rule || !rules.mayHave(group.rule)) {
        for (const subject of group) this.drop(subject, rule ? 'rule_changed' : 'rule_removed', at);
        this.groups.delete(key);
      }
    }
  }

  /** @param appendedAt append time of the use on its partition, ms, never less than before */
  add(use: AlertInput, offset: number, appendedAt: number): void {
    const at = appendedAt * 1000;
    this.endAlerts(at);
    if (!this.seenOf(use.tenant).add(use.event_id, offset, at)) return;
    for (const { rule, detect } of this.active) {
      const name = matches(rule.filter, use) ? subjectOf(rule.by, use) : null;
      if (name === null) continue;
      const group = this.group(use.tenant, rule.name, rule.fingerprint, keepFor(rule));
      const subject = group.get(name, at);
      const { touched, hit, dropped } = detect(subject, use);
      if (dropped) this.dropped.push({ rule: rule.name, what: dropped });
      if (hit) this.hold(rule, subject, use, hit, at);
      if (!touched && !hit) continue;
      group.touch(subject, offset, at);
      this.changed.set(keyOf(subject), subject);
      if (group.size > this.mostSubjects) this.evict(group, at);
    }
  }

  /** Ends what has not held until the time, and forgets what is old. @param now append time, ms */
  advance(now: number): void {
    const at = now * 1000;
    this.endAlerts(at);
    for (const [key, group] of this.groups) {
      for (const subject of [...group.forgotten(at)]) this.forget(group, subject);
      if (!group.size) this.groups.delete(key);
    }
    for (const seen of this.seen.values()) seen.forget(at);
  }

  /** What was not written yet. */
  drain(): Effects {
    const { events, dropped } = this;
    const states: Effects['states'] = [...this.changed].map(([key, subject]) => ({
      key,
      value: subject && { subject, seen: null },
    }));
    for (const [tenant, seen] of this.seen) {
      for (const { key, value } of seen.drain())
        states.push({ key, value: value && { subject: null, seen: value } });
      if (seen.isEmpty) this.seen.delete(tenant);
    }
    this.changed.clear();
    this.events = [];
    this.dropped = [];
    return { events, states, dropped };
  }

  /** Alerts that are raised, by the rule and its severity. */
  *current(): Generator<{ rule: string; severity: string }> {
    for (const { rule, episode } of this.raised) yield { rule, severity: episode!.severity };
  }

  private hold(rule: AlertRule, subject: AlertSubject, use: AlertInput, hit: Hit, at: number): void {
    const { episode } = subject;
    if (episode) {
      episode.count = hit.count === null ? episode.count + 1 : Math.max(episode.count, hit.count);
      episode.first_at = Math.min(episode.first_at, hit.firstAt);
      episode.last_at = Math.max(episode.last_at, use.occurred_at);
      if (episode.event_ids.length < MOST_EVENTS) episode.event_ids.push(use.event_id);
      episode.held_at = at;
      return;
    }
    subject.episode = { ...episodeOf(rule, subject, use, hit), held_at: at };
    this.raised.add(subject);
    this.nextEnd = Math.min(this.nextEnd, endOf(subject));
    this.events.push(raisedEvent(subject, subject.episode, use, hit));
  }

  /** In order of time, which does not depend on when this is asked. */
  private endAlerts(at: number): void {
    if (at < this.nextEnd) return;
    const due = [...this.raised].filter((subject) => endOf(subject) <= at);
    due.sort((a, b) => endOf(a) - endOf(b) || (keyOf(a) < keyOf(b) ? -1 : 1));
    for (const subject of due) {
      this.end(subject, 'passed', at);
      this.changed.set(keyOf(subject), subject);
    }
    this.nextEnd = Math.min(...[...this.raised].map(endOf));
  }

  private end(subject: AlertSubject, ending: Ending, at: number): void {
    this.events.push(clearedEvent(subject, subject.episode!, ending, at));
    this.raised.delete(subject);
    subject.episode = null;
  }

  private evict(group: Subjects, at: number): void {
    const subject = group.oldest()!;
    this.dropped.push({ rule: group.rule, what: 'subject' });
    group.delete(subject);
    this.drop(subject, 'too_many', at);
  }

  private drop(subject: AlertSubject, ending: Ending, at: number): void {
    if (subject.episode) this.end(subject, ending, at);
    this.changed.set(keyOf(subject), null);
  }

  private forget(group: Subjects, subject: AlertSubject): void {
    group.delete(subject);
    this.changed.set(keyOf(subject), null);
  }

  private group(tenant: string, rule: string, fingerprint: string, keepFor: number): Subjects {
    const key = `${tenant}/${rule}`;
    const known = this.groups.get(key);
    if (known) return known;
    const group = new Subjects(tenant, rule, fingerprint, keepFor);
    this.groups.set(key, group);
    return group;
  }

  private seenOf(tenant: string): SeenEvents {
    const known = this.seen.get(tenant) ?? new SeenEvents(tenant);
    this.seen.set(tenant, known);
    return known;
  }
}

const keyOf = ({ tenant, rule, subject }: AlertSubject): string => `subject/${tenant}/${rule}/${subject}`;

/** Append time at which the alert ends unless the rule holds again before, µs. */
const endOf = ({ episode }: AlertSubject): number => episode!.held_at + episode!.clear_after_ms * 1000;

/** How long a subject matters after it was touched, µs. */
function keepFor(rule: AlertRule): number {
  if (rule.kind === 'off_hours') return 0;
  return rule.kind === 'first_seen_ip' ? rule.rememberMs * 1000 : rule.windowMs * 1000 + LATENESS;
}
