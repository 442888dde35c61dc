import type { AlertRules } from '@auditmesh/alert-rules';
import type { TaskEvents } from '@auditmesh/kafka';
import { counter, gauge, secondsHistogram, taskMetrics } from '@auditmesh/runtime';
import type { Alerts } from '../domain/alerts/alerts.js';
import type { Effects } from '../domain/alerts/effects.js';

const raised = counter('auditmesh_alerts_raised_total', 'Alerts raised.', ['rule', 'severity']);
const cleared = counter('auditmesh_alerts_cleared_total', 'Alerts cleared.', ['rule', 'severity']);
const active = gauge('auditmesh_alerts_active', 'Alerts that are raised now.', [
  'rule',
  'severity',
  'partition',
]);
const lag = secondsHistogram(
  'auditmesh_alert_evaluation_lag_seconds',
  'From the append of the audit event of a use to its evaluation.',
);
const dropped = counter(
  'auditmesh_alert_dropped_total',
  'What a rule left out since there is too much of it: subject (forgotten), ip (forgotten), late_use (not counted).',
  ['rule', 'what'],
);
const loaded = gauge('auditmesh_alert_rules_loaded', 'Alert rules in force.');
const broken = gauge(
  'auditmesh_alert_rules_broken',
  'Files that hold no usable alert rule, or 1 for a folder that cannot be read; alert on any.',
);
const shown = new Map<number, Alerts>();

/** @param unreadable whether the folder cannot be read, so that nothing is known of its files */
export function showRules({ rules, broken: files }: AlertRules, unreadable: boolean): void {
  loaded.set(rules.length);
  broken.set(unreadable ? Math.max(1, files.length) : files.length);
}

/** @param appendedAt µs since the epoch */
export function showLag(appendedAt: number): void {
  lag.observe(Math.max(0, Date.now() - appendedAt / 1000) / 1000);
}

/** Counts what a transaction writes, and what is raised on its partition. */
export function showEffects(partition: number, alerts: Alerts, effects: Effects): void {
  for (const { event } of effects.events) {
    const { rule, severity } = event.alert!;
    (event.type === 'secret_access_alert_raised' ? raised : cleared).inc({ rule, severity });
  }
  for (const { rule, what } of effects.dropped) dropped.inc({ rule, what });
  if (shown.get(partition) === alerts && !effects.events.length) return;
  shown.set(partition, alerts);
  showActive();
}

/**
 * What all services count; and partitions that went to another process are no longer shown here. How many are assigned is
 * told of the other group of the service.
 */
export const alertTaskMetrics: TaskEvents = {
  ...taskMetrics,
  assigned(partitions) {
    for (const partition of shown.keys()) if (!partitions.includes(partition)) shown.delete(partition);
    showActive();
  },
};

function showActive(): void {
  active.reset();
  for (const [partition, alerts] of shown)
    for (const { rule, severity } of alerts.current()) active.inc({ rule, severity, partition });
}
