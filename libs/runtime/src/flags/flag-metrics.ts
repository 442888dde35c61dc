import { Counter } from 'prom-client';
import { gauge, metrics } from '../metrics.js';
import { flagVariants, type FlagName, type FlagRule, type FlagVariant } from './flag-rule.js';

const state = gauge('auditmesh_flag_state', 'Whether the flag is on (1) or killed (0).', ['flag']);
const percentage = gauge('auditmesh_flag_percentage', 'Share of the root namespaces, 0 to 100.', ['flag']);
const allowed = gauge('auditmesh_flag_allowed_namespaces', 'Root namespaces on the allow-list.', ['flag']);
const loaded = gauge(
  'auditmesh_flags_loaded_timestamp_seconds',
  'When the flags file was last read and good; 0 is never.',
  ['file'],
);
const broken = gauge(
  'auditmesh_flags_file_broken',
  '1 while the flags file is missing or not usable and the last good rules stay; alert on it.',
  ['file'],
);

/** Kept here and copied at a scrape: a labelled increment costs as much as the whole evaluation. */
const counts = new Map<FlagName, Record<FlagVariant, number>>();
new Counter({
  name: 'auditmesh_flag_evaluations_total',
  help: 'Evaluations of a flag, by what came of them.',
  labelNames: ['flag', 'variant'],
  registers: [metrics],
  collect() {
    this.reset();
    for (const [flag, byVariant] of counts)
      for (const variant of flagVariants) this.inc({ flag, variant }, byVariant[variant]);
  },
});

/** Shows a rule; from the first one on, the evaluations of the flag are shown as well. */
export function showRule(flag: FlagName, rule: FlagRule): void {
  state.set({ flag }, rule.state === 'on' ? 1 : 0);
  percentage.set({ flag }, rule.percentage);
  allowed.set({ flag }, rule.allow.size);
  if (counts.has(flag)) return;
  counts.set(flag, { on: 0, allow_list: 0, percentage: 0, not_selected: 0, off: 0 });
}

export function countEvaluation(flag: FlagName, variant: FlagVariant): void {
  counts.get(flag)![variant]++;
}

/** @param loadedAt ms since the epoch; null is never */
export function showFile(file: string, isBroken: boolean, loadedAt: number | null): void {
  broken.set({ file }, isBroken ? 1 : 0);
  loaded.set({ file }, (loadedAt ?? 0) / 1000);
}
