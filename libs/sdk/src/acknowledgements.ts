interface Waiter {
  /** undefined until the record has one; 0 if there will be no record. */
  sequence: number | undefined;
  /** ms, by the clock of `performance.now()`. */
  deadline: number;
  resolve: (acknowledged: boolean) => void;
}

/** Which records the mesh has, for those who wait for it. */
export class Acknowledgements {
  /** Why the mesh took no record the last time; undefined while it does, or before the first attempt. */
  outage: Error | undefined;
  private reachedUpTo = 0;
  /** In the order of their records and of their deadlines, which are the same, since all wait equally long. */
  private readonly waiting: Waiter[] = [];
  /** One for all: a timer for each would cost more than the rest. */
  private timer: NodeJS.Timeout | undefined;

  constructor(
    /** How long each waits, ms. */
    private readonly withinMs: number,
  ) {}

  /** Whether somebody waits. */
  get awaited(): boolean {
    return this.waiting.length > 0;
  }

  /** Says that the mesh has all records up to this sequence. */
  reached(sequence: number): void {
    this.outage = undefined;
    this.reachedUpTo = Math.max(this.reachedUpTo, sequence);
    this.tellReached();
  }

  /** Says that the mesh took nothing: who waits need not wait longer. */
  failed(cause: Error): void {
    this.outage = cause;
    this.tell(false, () => true);
  }

  /**
   * Whether the mesh had the record before the time was over; after a `false` it may still get it. Calls MUST come in the
   * order of the records.
   *
   * @throws what `appended` throws
   */
  of(appended: Promise<number>): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { sequence: undefined, deadline: performance.now() + this.withinMs, resolve };
      this.waiting.push(waiter);
      this.timer ??= setTimeout(() => this.tellLate(), this.withinMs);
      appended.then(
        (sequence) => {
          waiter.sequence = sequence;
          if (sequence <= this.reachedUpTo) this.tellReached();
        },
        (error: unknown) => {
          waiter.sequence = 0;
          reject(error as Error);
          this.tellReached();
        },
      );
    });
  }

  private tellReached(): void {
    this.tell(true, ({ sequence }) => sequence !== undefined && sequence <= this.reachedUpTo);
  }

  private tellLate(): void {
    const now = performance.now();
    const isLate = ({ deadline }: Waiter) => deadline <= now;
    const [first] = this.waiting;
    if (first && isLate(first))
      this.outage ??= new Error(`A record was not acknowledged within ${this.withinMs} ms.`);
    this.tell(false, isLate);
    const [next] = this.waiting;
    if (next) this.timer = setTimeout(() => this.tellLate(), Math.ceil(next.deadline - now));
  }

  /** Tells those at the front of whom it is true. */
  private tell(acknowledged: boolean, isTrue: (waiter: Waiter) => boolean): void {
    const { waiting } = this;
    let told = 0;
    while (told < waiting.length && isTrue(waiting[told]!)) waiting[told++]!.resolve(acknowledged);
    waiting.splice(0, told);
    if (waiting.length) return;
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
