import type { AlertRule, AlertRules } from '@auditmesh/alert-rules';
import type { AlertInput, AlertState, AlertSubject } from '@auditmesh/events';
import { clearedEvent, episodeOf, MOST_EVENTS, raisedEvent, type Ending } from './alert-event.js';
import type { Detect, Hit } from './detection.js';
import { subjectKey, type EffectList, type StateChange } from './effects.js';
import { SeenEvents } from './seen-uses.js';
import { Subjects } from './subjects.js';
import { matches, subjectOf } from './use-filter.js';

/** A rule in force. */
export interface ActiveRule {
  rule: AlertRule;
  detect: Detect;
}

/** A late use counts up to so long after the last one of its subject, beyond the window of the rule, µs. */
const LATENESS = 3_600_000_000;
/** An identity is known so much longer than its addresses: that it comes back is worth an alert, µs. */
const DORMANCY = 365 * 86_400_000_000;

/** What the rules make of the uses of one tenant. */
export class TenantAlerts {
  private readonly groups = new Map<string, Subjects>();
  private readonly seen: SeenEvents;
  private readonly raised = new Set<AlertSubject>();
  /** Append time of the tenant's events, which never goes back, µs. */
  private clock = 0;
  /** No alert ends before this append time, µs. */
  private nextEnd = Infinity;

  constructor(
    private readonly tenant: string,
    private readonly mostSubjects: number,
  ) {
    this.seen = new SeenEvents(tenant);
  }

  /** Goes on from what was written before. */
  restore(states: AlertState[]): void {
    const subjects = states.flatMap(({ subject }) => subject ?? []);
    subjects.sort((a, b) => a.touched_at - b.touched_at || a.touched_offset - b.touched_offset);
    for (const subject of subjects) {
      this.group(subject.rule, subject.fingerprint, Infinity).restore(subject);
      if (subject.episode) this.follow(subject);
    }
    const chunks = states.flatMap(({ seen }) => seen ?? []);
    chunks.sort((a, b) => a.first_offset - b.first_offset);
    for (const chunk of chunks) this.seen.restore(chunk);
    this.clock = Math.max(subjects.at(-1)?.touched_at ?? 0, chunks.at(-1)?.seen_at ?? 0);
  }

  /** See Alerts. */
  useRules(rules: AlertRules, at: number, effects: EffectList): void {
    const byName = new Map(rules.rules.map((rule) => [rule.name, rule]));
    for (const group of [...this.groups.values()]) {
      const rule = byName.get(group.rule);
      if (rule?.fingerprint === group.fingerprint) group.keepFor = keepFor(rule);
      else if (rule || !rules.mayHave(group.rule)) {
        for (const subject of group) this.drop(subject, rule ? 'rule_changed' : 'rule_removed', at, effects);
        this.groups.delete(group.rule);
      }
    }
  }

  add(active: ActiveRule[], use: AlertInput, offset: number, effects: EffectList): void {
    const at = (this.clock = Math.max(this.clock, use.appended_at));
    this.endAlerts(at, effects);
    if (!this.seen.add(use.event_id, offset, at)) return;
    for (const { rule, detect } of active) {
      const name = matches(rule.filter, use) ? subjectOf(rule.by, use) : null;
      if (name === null) continue;
      const group = this.group(rule.name, rule.fingerprint, keepFor(rule));
      const subject = group.get(name, at);
      const { touched, hit, dropped } = detect(subject, use);
      if (dropped) effects.dropped.push({ rule: rule.name, what: dropped });
      if (hit) this.hold(rule, subject, use, hit, effects);
      if (!touched) continue;
      group.touch(subject, offset, at);
      effects.keep(subject);
      if (group.size > this.mostSubjects) this.evict(group, effects);
    }
  }

  get isEmpty(): boolean {
    return this.groups.size === 0 && this.seen.isEmpty;
  }

  /** See Alerts. */
  advance(now: number, effects: EffectList): void {
    const at = (this.clock = Math.max(this.clock, now));
    this.endAlerts(at, effects);
    for (const group of [...this.groups.values()]) {
      for (const subject of [...group.forgotten(at)]) {
        group.delete(subject);
        effects.forget(subject);
      }
      if (!group.size) this.groups.delete(group.rule);
    }
    this.seen.forget(at);
  }

  /** Changes of what was seen, since this was last asked. */
  seenStates(): StateChange[] {
    return this.seen
      .drain()
      .map(({ key, value }) => ({ key, value: value && { subject: null, seen: value } }));
  }

  *current(): Generator<{ rule: string; severity: string }> {
    for (const { rule, episode } of this.raised) yield { rule, severity: episode!.severity };
  }

  private hold(rule: AlertRule, subject: AlertSubject, use: AlertInput, hit: Hit, effects: EffectList): void {
    const { episode } = subject;
    if (!episode) {
      subject.episode = episodeOf(rule, subject, use, hit, this.clock);
      this.follow(subject);
      effects.events.push(raisedEvent(subject, subject.episode, use, hit));
      return;
    }
    episode.count = hit.count === null ? episode.count + 1 : Math.max(episode.count, hit.count);
    episode.first_at = Math.min(episode.first_at, hit.firstAt);
    episode.last_at = Math.max(episode.last_at, use.occurred_at);
    if (episode.event_ids.length < MOST_EVENTS) episode.event_ids.push(use.event_id);
    episode.held_at = this.clock;
  }

  /** In order of time, which does not depend on when this is asked. */
  private endAlerts(at: number, effects: EffectList): void {
    if (at < this.nextEnd) return;
    const due = [...this.raised].filter((subject) => endOf(subject) <= at);
    due.sort((a, b) => endOf(a) - endOf(b) || (subjectKey(a) < subjectKey(b) ? -1 : 1));
    for (const subject of due) {
      this.end(subject, 'passed', at, effects);
      effects.keep(subject);
    }
    this.nextEnd = Math.min(...[...this.raised].map(endOf));
  }

  private follow(subject: AlertSubject): void {
    this.raised.add(subject);
    this.nextEnd = Math.min(this.nextEnd, endOf(subject));
  }

  private end(subject: AlertSubject, ending: Ending, at: number, effects: EffectList): void {
    effects.events.push(clearedEvent(subject, subject.episode!, ending, at));
    this.raised.delete(subject);
    subject.episode = null;
  }

  private evict(group: Subjects, effects: EffectList): void {
    const subject = group.oldest()!;
    group.delete(subject);
    effects.dropped.push({ rule: group.rule, what: 'subject' });
    this.drop(subject, 'too_many', this.clock, effects);
  }

  private drop(subject: AlertSubject, ending: Ending, at: number, effects: EffectList): void {
    if (subject.episode) this.end(subject, ending, at, effects);
    effects.forget(subject);
  }

  private group(rule: string, fingerprint: string, keepFor: number): Subjects {
    const known = this.groups.get(rule);
    if (known) return known;
    const group = new Subjects(this.tenant, rule, fingerprint, keepFor);
    this.groups.set(rule, group);
    return group;
  }
}

/** Append time at which the alert ends unless the rule holds again before, µs. */
const endOf = ({ episode }: AlertSubject): number => episode!.held_at + episode!.clear_after_ms * 1000;

/** How long a subject matters after it was touched, µs. */
function keepFor(rule: AlertRule): number {
  if (rule.kind === 'off_hours') return 0;
  return rule.kind === 'first_seen_ip' ? rule.rememberMs * 1000 + DORMANCY : rule.windowMs * 1000 + LATENESS;
}
