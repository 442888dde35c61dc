interface Waiter {
  sequence: number;
  resolve: (acknowledged: boolean) => void;
}

/** Which records the mesh has, for those who wait for it. */
export class Acknowledgements {
  /** Why the mesh took no record the last time; undefined while it does, or before the first attempt. */
  outage: Error | undefined;
  private reachedUpTo = 0;
  private readonly waiting = new Set<Waiter>();

  /** Whether somebody waits. */
  get awaited(): boolean {
    return this.waiting.size > 0;
  }

  /** Says that the mesh has all records up to this sequence. */
  reached(sequence: number): void {
    this.outage = undefined;
    this.reachedUpTo = Math.max(this.reachedUpTo, sequence);
    for (const waiter of this.waiting) if (waiter.sequence <= this.reachedUpTo) waiter.resolve(true);
  }

  /** Says that the mesh took nothing: who waits need not wait longer. */
  failed(cause: Error): void {
    this.outage = cause;
    for (const { resolve } of this.waiting) resolve(false);
  }

  /** Whether the mesh had the record before the time was over; after a `false` it may still get it. */
  of(sequence: number, withinMs: number): Promise<boolean> {
    if (sequence <= this.reachedUpTo) return Promise.resolve(true);
    return new Promise((settle) => {
      const resolve = (acknowledged: boolean) => {
        clearTimeout(timer);
        this.waiting.delete(waiter);
        settle(acknowledged);
      };
      const waiter = { sequence, resolve };
      const timer = setTimeout(() => {
        this.outage ??= new Error(`A record was not acknowledged within ${withinMs} ms.`);
        resolve(false);
      }, withinMs);
      this.waiting.add(waiter);
    });
  }
}
