import { isPassing } from '../errors.js';
import type { Log } from './logging.js';
import { Backoff } from './signal.js';

/** Waits, while a process starts, for servers that may be on their way up. */
export class StartPatience {
  private readonly deadline: number;
  private readonly over = new AbortController();
  /** What was told; many may wait for the same. */
  private readonly told = new Set<string>();

  /** @param timeoutMs how long all of the start may wait, from now on; 0 for not at all */
  constructor(
    private readonly timeoutMs: number,
    private readonly log: Log,
  ) {
    this.deadline = Date.now() + timeoutMs;
  }

  /**
   * Attempts until it succeeds. What waiting does not heal is thrown at once, and everything once the time is up.
   *
   * @param server what is attempted to be reached, for the log and the error
   * @param passes whether waiting may heal the error
   */
  async until<T>(
    server: string,
    attempt: () => Promise<T>,
    passes: (error: unknown) => boolean = isPassing,
  ): Promise<T> {
    const backoff = new Backoff(200, 2_000);
    const waitedFor = new Set<string>();
    for (;;) {
      try {
        const result = await attempt();
        for (const name of waitedFor) this.tellFound(name);
        return result;
      } catch (error) {
        if (!passes(error)) throw error;
        const name = isOfRegistry(error) ? 'the schema registry' : server;
        if (this.over.signal.aborted) throw error;
        if (Date.now() >= this.deadline) throw waitedFor.size ? this.givenUp(name, error as Error) : error;
        waitedFor.add(name);
        this.tellAwaited(name, error);
        await backoff.wait(this.over.signal);
        if (this.over.signal.aborted) throw error;
      }
    }
  }

  /** The start is over: whoever waits is told why, and from now on whoever fails is told so at once. */
  end(): void {
    this.over.abort();
  }

  private tellAwaited(name: string, err: unknown): void {
    const seconds = Math.ceil((this.deadline - Date.now()) / 1_000);
    if (this.isNew(`no ${name}`))
      this.log.warn({ err }, `waiting for ${name} before the start goes on, for at most ${seconds} s`);
  }

  private tellFound(name: string): void {
    if (this.isNew(name)) this.log.info({}, `${name} is there, the start goes on`);
  }

  private isNew(what: string): boolean {
    return !this.told.has(what) && Boolean(this.told.add(what));
  }

  private givenUp(name: string, cause: Error): Error {
    return new Error(
      `Waited for ${name} for ${this.timeoutMs / 1_000} s from the start on, in vain; see that it runs and start again. The last attempt: ${cause.message}`,
      { cause },
    );
  }
}

const isOfRegistry = (error: unknown) => (error as { code?: string }).code === 'REGISTRY_UNAVAILABLE';
