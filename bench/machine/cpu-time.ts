import { readdirSync, readFileSync } from 'node:fs';

/** Linux tells CPU time in hundredths of a second. */
const TICK_US = 10_000;

/** CPU time used so far by a process and its children, those that ended included, µs. NaN where the system does not tell. */
export function cpuTime(pid: number): number {
  try {
    const { own, ended } = ticksIn(statOf(pid));
    return (own + ended + childrenOf(pid).reduce((sum, child) => sum + ownTicks(child), 0)) * TICK_US;
  } catch {
    return NaN;
  }
}

/** What `/proc/{pid}/stat` says: ticks of the process, and of its children that ended; see proc_pid_stat(5). */
export function ticksIn(stat: string): { own: number; ended: number } {
  // The name is in brackets and may contain anything; the third field comes after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number) as [
    number,
    number,
    number,
    number,
  ];
  return { own: user + system, ended: endedUser + endedSystem };
}

const statOf = (pid: number): string => readFileSync(`/proc/${pid}/stat`, 'utf8');

/** 0 for one that has just ended: its parent has its time, or will have it at the next look. */
function ownTicks(pid: number): number {
  try {
    return ticksIn(statOf(pid)).own;
  } catch {
    return 0;
  }
}

function childrenOf(pid: number): number[] {
  const threads = readdirSync(`/proc/${pid}/task`);
  const lists = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'));
  return lists.flatMap((list) => list.trim().split(' ').filter(Boolean).map(Number));
}
