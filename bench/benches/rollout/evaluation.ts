import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLog, Flags } from '@auditmesh/runtime';
import { now } from '../../measure/clock.ts';
import { median, significant } from '../../measure/statistics.ts';
import { benchFolder } from '../../stack/folder.ts';

const FLAG = 'security_policy_audit_events';
const ROUNDS = 5;
/** Ids of root namespaces that are asked for in turn. */
const NAMESPACES = 1_000;
const allowList = Array.from({ length: NAMESPACES }, (_, i) => i + 1).join(', ');

/** Rules as they stand in the flags file, by the name of their figure. */
export const rules = {
  on: '{state: on}',
  off: '{state: off}',
  allow_list: `{state: on, allow: [${allowList}]}`,
  percentage: '{state: on, percentage: 50}',
};

/** Writes a flags file. @returns its path */
export function flagsFile(name: keyof typeof rules): string {
  mkdirSync(benchFolder, { recursive: true });
  const path = join(benchFolder, `flags-${name}.yml`);
  writeFileSync(path, `flags: {${FLAG}: ${rules[name]}}\n`);
  return path;
}

/** ns of one evaluation by rule, the counting of it included. @param count evaluations of each round */
export async function evaluationCosts(count: number): Promise<Record<string, number>> {
  const ids = Array.from({ length: NAMESPACES }, (_, i) => String(i + 1));
  const figures: Record<string, number> = {};
  for (const name of Object.keys(rules) as (keyof typeof rules)[]) {
    const flags = await Flags.open({ file: flagsFile(name), log: createLog('bench', 'silent') });
    const took = Array.from({ length: ROUNDS }, () => timeOf(flags, ids, count));
    flags.close();
    figures[`evaluation_${name}_ns`] = significant(median(took));
  }
  return figures;
}

function timeOf(flags: Flags, ids: string[], count: number): number {
  const began = now();
  let on = 0;
  for (let i = 0; i < count; i++) if (flags.evaluate(FLAG, ids[i % ids.length]!).on) on++;
  const ns = ((now() - began) * 1e6) / count;
  if (on > count) throw new Error('Impossible; but for this line the loop could be left out.');
  return ns;
}
