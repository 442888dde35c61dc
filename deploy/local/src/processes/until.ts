import { setTimeout as wait } from 'node:timers/promises';

/**
 * Tries the condition about ten times a second. Resolves true once it holds; false when `timeoutMs` have passed or the
 * signal is aborted. A condition that throws does not hold.
 */
export async function until(
  condition: () => Promise<boolean> | boolean,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!signal?.aborted) {
    try {
      if (await condition()) return true;
    } catch {
      // not yet
    }
    if (Date.now() >= deadline) return false;
    await wait(100, undefined, { signal }).catch(() => undefined);
  }
  return false;
}
