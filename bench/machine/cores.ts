import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Cores of this machine as `taskset` names them, such as `0` or `0,1`. */
export type Cores = string;

/** Whether processes can be kept on cores here: there are two at least, and `taskset` to do it. */
export const canPin = cpus().length >= 2 && spawnSync('taskset', ['--version']).status === 0;

/** The core of what is measured, and the core kept free of it. */
export const TESTED: Cores = '0';
export const OTHERS: Cores = '1';

/** For the report. @param placed what runs where */
export const pinning = (placed: string): string =>
  canPin ? placed : 'nothing, for want of taskset or of a second core';

interface Running {
  readonly pid: number | undefined;
}

/** Keeps running processes on these cores, with what they will start. */
export function keepOn(cores: Cores, processes: readonly Running[]): void {
  for (const { pid } of processes) if (pid !== undefined) pin(pid, cores);
}

/** The command that runs `command` on these cores alone; unchanged where that cannot be done. */
export function onCores(cores: Cores | undefined, command: string, args: string[]): [string, string[]] {
  return cores === undefined || !canPin
    ? [command, args]
    : ['taskset', ['--cpu-list', cores, command, ...args]];
}

/** Keeps a running process, its threads and its children on these cores, with what they will start. */
function pin(pid: number, cores: Cores): void {
  if (!canPin) return;
  for (const each of [pid, ...childrenOf(pid)])
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, String(each)], { stdio: 'ignore' });
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' '))
    .filter(Boolean)
    .flatMap((child) => [Number(child), ...childrenOf(Number(child))]);
}
