import type { TaskEvents } from '@auditmesh/kafka';
import { counter, gauge, secondsHistogram, taskMetrics } from '@auditmesh/runtime';
import type { ControlsTask } from '../domain/controls/task.js';
import type { Effects } from '../domain/controls/effects.js';

const evaluations = counter(
  'auditmesh_control_evaluations_total',
  'Evaluations of controls, by result: pass, fail, indeterminate.',
  ['result'],
);
const changes = counter(
  'auditmesh_compliance_changes_total',
  'What was told of violations and controls: detection, transition, comment, link, control_state.',
  ['kind'],
);
const unknown = counter(
  'auditmesh_control_events_unknown_total',
  'Events whose project or group the directory did not have when they happened, so that nothing was evaluated.',
);
const open = gauge('auditmesh_violations_open', 'Violations that are open.', ['partition']);
const remembered = gauge('auditmesh_violations_remembered', 'Violations remembered, open or not.', [
  'partition',
]);
const bytes = gauge('auditmesh_violations_remembered_bytes', 'Memory that they take.', ['partition']);
const lag = secondsHistogram(
  'auditmesh_control_evaluation_lag_seconds',
  'From the append of an audit event to its evaluation, of the last event of each batch.',
);
/** Controls of tenants that were left out, since they no longer load or their name is taken. */
export const leftOutControls = counter(
  'auditmesh_controls_left_out_total',
  'Times a control of a tenant was left out when its set was made; alert on any.',
);
const kinds = ['detection', 'transition', 'comment', 'link', 'control_state'] as const;
const shown = new Set<number>();

/** @param appendedAt ms since the epoch */
export function showLag(appendedAt: number): void {
  lag.observe(Math.max(0, Date.now() - appendedAt) / 1_000);
}

/** Counts what a transaction writes, and what its partition remembers. */
export function showEffects(partition: number, { remembered: known }: ControlsTask, effects: Effects): void {
  for (const [result, count] of Object.entries(effects.results))
    if (count) evaluations.inc({ result }, count);
  for (const { value } of effects.changes) changes.inc({ kind: kinds.find((kind) => value[kind])! });
  if (effects.unknown) unknown.inc(effects.unknown);
  shown.add(partition);
  open.set({ partition }, known.open);
  remembered.set({ partition }, known.violations.size);
  bytes.set({ partition }, known.violations.bytes);
}

/** What all services count; and partitions that went to another process are no longer shown here. */
export const controlsTaskMetrics: TaskEvents = {
  ...taskMetrics,
  assigned(partitions) {
    for (const partition of shown) {
      if (partitions.includes(partition)) continue;
      shown.delete(partition);
      for (const each of [open, remembered, bytes]) each.remove({ partition });
    }
    taskMetrics.assigned(partitions);
  },
};
