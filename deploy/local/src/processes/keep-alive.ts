import { setTimeout as wait } from 'node:timers/promises';
import type { ManagedProcess } from './managed-process.js';

const firstMs = 1000;
const longestMs = 30_000;
const steadyMs = 60_000;

/**
 * Milliseconds to wait before a process is started again: 1 s, doubled at each death in a row up to 30 s; one that ran
 * for a minute begins anew. `previousMs` is the wait before, if any.
 */
export function nextDelay(previousMs: number | undefined, ranMs: number): number {
  if (previousMs === undefined || ranMs >= steadyMs) return firstMs;
  return Math.min(previousMs * 2, longestMs);
}

/** Starts the process again, with back-off, whenever it dies, until it is stopped; says so by `note`. */
export function keepAlive(managed: ManagedProcess, note: (text: string) => void): void {
  let delayMs: number | undefined;
  const revive = async (how: string, ranMs: number): Promise<void> => {
    delayMs = nextDelay(delayMs, ranMs);
    note(`${managed.title} ended (${how}); it is started again in ${delayMs / 1000} s.`);
    await wait(delayMs, undefined, { ref: false });
    if (!managed.wanted || managed.pid !== undefined) return;
    try {
      await managed.start();
      note(`${managed.title} is back.`);
    } catch (error) {
      if (managed.wanted) await revive((error as Error).message, 0);
    }
  };
  managed.onDeath(({ how, ranMs }) => void revive(how, ranMs));
}
