import { readdirSync, readFileSync } from 'node:fs';

/** Linux tells CPU time in hundredths of a second. */
const TICK_US = 10_000;

/** CPU time used so far by a process and its children, those that ended included, µs. NaN where the system does not tell. */
export function cpuTime(pid: number): number {
  const own = ticks(pid, 'with those that ended');
  return (own + childrenOf(pid).reduce((sum, child) => sum + (ticks(child) || 0), 0)) * TICK_US;
}

function ticks(pid: number, ended?: 'with those that ended'): number {
  try {
    // After the name, which is in brackets and may contain anything: proc_pid_stat(5) from the third field on.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ').map(Number);
    const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15) as [
      number,
      number,
      number,
      number,
    ];
    return user + system + (ended ? childrenUser + childrenSystem : 0);
  } catch {
    return NaN;
  }
}

function childrenOf(pid: number): number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const lists = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'));
    return lists.flatMap((list) => list.trim().split(' ').filter(Boolean).map(Number));
  } catch {
    return [];
  }
}
