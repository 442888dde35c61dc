import { hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { now } from '../../measure/clock.ts';

/** What a program that evaluates is told; every contestant is a process of its own, in whatever language. */
export interface TurnOrder {
  /** Of CPU time, like `seconds`. */
  warm_up_seconds: number;
  seconds: number;
  /** File for the result. */
  result: string;
}

/** What it found. */
export interface TurnResult {
  events_per_second: number;
  cpu_us_per_event: number;
  /** Violations in one pass over the events. */
  violations: number;
  /** sha256 over a line for each event: its number, and the names of what it broke in order. */
  fingerprint: string;
}

export const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

export interface Evaluating {
  /** Number of events. */
  events: number;
  /** Names of the controls that an event breaks, in any order. */
  broken: (at: number) => string[];
  /** How many it breaks; this is what is measured. */
  count: (at: number) => number;
}

/** Evaluates all events again and again, and writes down how fast it was. @param orderFile a {@link TurnOrder} */
export function takeTurn(orderFile: string, { events, broken, count }: Evaluating): void {
  const order = readJson<TurnOrder>(orderFile);
  const lines = Array.from({ length: events }, (_, at) => `${at} ${broken(at).toSorted().join(',')}\n`);
  const pass = () => {
    let violations = 0;
    for (let at = 0; at < events; at++) violations += count(at);
    return violations;
  };
  repeated(pass, order.warm_up_seconds);
  const [cpu, began] = [process.cpuUsage(), now()];
  const { passes, violations } = repeated(pass, order.seconds);
  const [{ user, system }, took] = [process.cpuUsage(cpu), now() - began];
  const result: TurnResult = {
    events_per_second: (passes * events * 1000) / took,
    cpu_us_per_event: (user + system) / (passes * events),
    violations,
    fingerprint: hash('sha256', lines.join('')),
  };
  writeFileSync(order.result, JSON.stringify(result));
}

/** Whole passes until so much CPU time is used, at least one: on a busy machine too, everyone gets as warm. */
function repeated(pass: () => number, seconds: number): { passes: number; violations: number } {
  const began = process.cpuUsage();
  for (let passes = 1; ; passes++) {
    const violations = pass();
    const { user, system } = process.cpuUsage(began);
    if (user + system >= seconds * 1e6) return { passes, violations };
  }
}
