import { readFileSync } from 'node:fs';
import type { Cores } from './cores.ts';

/** Measures from now on how busy a core is. @returns a function that gives the share so far, in percent; NaN where the system does not tell */
export function startCoreMeter(core: Cores): () => number {
  const before = timesOf(core);
  return () => {
    const after = timesOf(core);
    return (100 * (after.busy - before.busy)) / (after.all - before.all);
  };
}

/** Ticks of the core; see proc_stat(5). */
function timesOf(core: Cores): { busy: number; all: number } {
  try {
    const line = readFileSync('/proc/stat', 'utf8')
      .split('\n')
      .find((each) => each.startsWith(`cpu${core} `));
    const ticks = line!.split(/ +/).slice(1, 9).map(Number);
    const all = ticks.reduce((sum, each) => sum + each, 0);
    const idle = ticks[3]! + ticks[4]!;
    return { busy: all - idle, all };
  } catch {
    return { busy: NaN, all: NaN };
  }
}
