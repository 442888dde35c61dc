import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const bootId = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/**
 * Says which process a pid stands for at this moment: two answers are equal only if they speak of the same process, so
 * a pid that the system gave to somebody else is never mistaken for ours. Undefined if no such process lives.
 */
export function identityOf(pid) {
  try {
    return process.platform === 'linux' ? linuxIdentity(pid) : startTimeByPs(pid);
  } catch {
    return undefined;
  }
}

/** True while the process that was recorded as `{ pid, identity }` lives. */
export function isAlive(recorded) {
  return recorded.identity !== undefined && identityOf(recorded.pid) === recorded.identity;
}

/** Resolves true once the recorded process has gone, false if it still lives after `timeoutMs`. */
export async function hasGone(recorded, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  while (isAlive(recorded)) {
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

/** Sends the signal if the recorded process still lives; one that is not ours any more is never touched. */
export function signalIfAlive(recorded, signal) {
  if (!isAlive(recorded)) return;
  try {
    process.kill(recorded.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** The boot and the start time in clock ticks since then (field 22 of stat; the name before it may hold spaces). */
function linuxIdentity(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? undefined : `${bootId()}/${fields[18]}`;
}

function startTimeByPs(pid) {
  const line = execFileSync('ps', ['-o', 'stat=,lstart=,command=', '-p', String(pid)], {
    encoding: 'utf8',
  }).trim();
  return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
}

/** The command line of a living process, as far as the system tells; empty if there is none. */
export function commandLineOf(pid) {
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
