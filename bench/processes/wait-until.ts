import { setTimeout as wait } from 'node:timers/promises';
import type { Program } from './program.ts';

export interface Patience {
  /** Programs without which waiting is in vain. */
  needs?: readonly Program[];
  /** Time between two looks. */
  everyMs?: number;
  timeoutMs?: number;
}

/**
 * Looks until the condition holds.
 *
 * @param what is waited for, for the message
 * @throws Error if a needed program has ended before that or the time is over; and what the condition throws
 */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  { needs = [], everyMs = 20, timeoutMs = 600_000 }: Patience = {},
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const dead = needs.find((program) => program.hasEnded);
    if (await condition()) return;
    if (dead) throw new Error(`${dead.obituary} Waited for: ${what}.`);
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs / 1000} s in vain: ${what}.`);
    await wait(everyMs);
  }
}
