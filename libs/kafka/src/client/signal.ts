/** Lets loops wait until there may be something to do. A loop reads `count` before it looks, so that it misses nothing. */
export class Signal {
  /** How often it was raised. */
  count = 0;
  private readonly waiting = new Set<() => void>();

  raise(): void {
    this.count++;
    for (const wake of this.waiting) wake();
  }

  /** Resolves once it was raised after `count`, at the latest after `timeoutMs`. */
  async after(count: number, timeoutMs?: number): Promise<void> {
    if (this.count !== count) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(done, timeoutMs);
      this.waiting.add(done);
    });
  }
}

/** Resolves after the time, or at once when the signal is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
}

/** Resolves with the promise, or after the time without it. */
export async function atMost(ms: number, promise: Promise<unknown> | undefined): Promise<void> {
  const done = new AbortController();
  await Promise.race([promise, pause(ms, done.signal)]);
  done.abort();
}

/** Waiting times between attempts: doubling from `firstMs` to `maxMs`, half of each by chance, so that many do not knock together. */
export class Backoff {
  private nextMs: number;

  constructor(
    private readonly firstMs = 100,
    private readonly maxMs = 5_000,
  ) {
    this.nextMs = firstMs;
  }

  reset(): void {
    this.nextMs = this.firstMs;
  }

  wait(signal?: AbortSignal): Promise<void> {
    const ms = this.nextMs / 2 + (Math.random() * this.nextMs) / 2;
    this.nextMs = Math.min(this.nextMs * 2, this.maxMs);
    return pause(ms, signal);
  }
}
