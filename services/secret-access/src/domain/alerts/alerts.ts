import { AlertRules } from '@auditmesh/alert-rules';
import type { AlertInput, AlertState } from '@auditmesh/events';
import { detectBy } from './detection.js';
import { EffectList, type Effects } from './effects.js';
import { TenantAlerts, type ActiveRule } from './tenant-alerts.js';

/**
 * Evaluates the alert rules on the uses of secrets of one partition. Rules look at when a use occurred; how long an alert
 * lasts goes by when the audit event was appended. What follows from a sequence of uses is the same however it is split
 * into batches, with repeated uses and with restarts; `advance` only brings forward what a later use would bring.
 */
export class Alerts {
  private rules = AlertRules.none;
  private active: ActiveRule[] = [];
  private readonly tenants = new Map<string, TenantAlerts>();
  private effects = new EffectList();

  /** @param mostSubjects what one rule remembers of one tenant, at most */
  constructor(private readonly mostSubjects: number) {}

  /** Goes on from what was written before. Rules have to be told after it. */
  restore(states: Iterable<AlertState>): void {
    const byTenant = Map.groupBy(states, ({ subject, seen }) => (subject ?? seen)?.tenant ?? '');
    for (const [tenant, ofTenant] of byTenant) this.tenant(tenant).restore(ofTenant);
  }

  /**
   * Takes over the rules. What one remembers that is gone or decides differently is dropped, and its alerts end; if it may
   * be there still, in a file that is broken, all stays as it is.
   *
   * @param at when the rules were read, ms
   */
  useRules(rules: AlertRules, at: number): void {
    if (rules === this.rules) return;
    this.rules = rules;
    this.active = rules.rules.map((rule) => ({ rule, detect: detectBy(rule) }));
    for (const tenant of this.tenants.values()) tenant.useRules(rules, at * 1000, this.effects);
  }

  /** @param offset of the use on the partition, which orders what was appended at the same time */
  add(use: AlertInput, offset: number): void {
    this.tenant(use.tenant).add(this.active, use, offset, this.effects);
  }

  /** Ends what has not held until the time, and forgets what is old. @param now append time, ms */
  advance(now: number): void {
    for (const tenant of this.tenants.values()) tenant.advance(now * 1000, this.effects);
  }

  /** What was not written yet. */
  drain(): Effects {
    const { events, dropped, subjectStates } = this.effects;
    this.effects = new EffectList();
    const states = [...subjectStates];
    for (const [name, tenant] of this.tenants) {
      states.push(...tenant.seenStates());
      if (tenant.isEmpty) this.tenants.delete(name);
    }
    return { events, states, dropped };
  }

  /** Alerts that are raised, by the rule and its severity. */
  *current(): Generator<{ rule: string; severity: string }> {
    for (const tenant of this.tenants.values()) yield* tenant.current();
  }

  private tenant(name: string): TenantAlerts {
    const known = this.tenants.get(name);
    if (known) return known;
    const tenant = new TenantAlerts(name, this.mostSubjects);
    this.tenants.set(name, tenant);
    return tenant;
  }
}
