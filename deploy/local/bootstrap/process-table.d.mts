import type { RecordedProcess } from './process-identity.mjs';

/** How a process is asked to end, how long it may take, and its turn: the lowest order goes first. */
export interface StopRule {
  signal: NodeJS.Signals;
  graceMs: number;
  order: number;
}
export interface TableEntry extends RecordedProcess {
  name: string;
  stop: StopRule;
}
export function ownerOf(dir: string): RecordedProcess | undefined;
export function claim(dir: string): RecordedProcess | undefined;
export function release(dir: string): void;
export function record(dir: string, name: string, pid: number, stop: StopRule): void;
export function forget(dir: string, pid: number): void;
export function living(dir: string): TableEntry[];
export function endLeftovers(dir: string): Promise<string[]>;
export function killAll(dir: string): void;
