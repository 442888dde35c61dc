import type { Log } from '../client/logging.js';
import { Backoff, Signal } from '../client/signal.js';
import type { Chunk } from '../consumer/chunk.js';
import type { Fetcher } from '../consumer/fetcher.js';
import { Inbox } from '../consumer/inbox.js';
import { isRetriable } from '../errors.js';
import type { Session } from './session.js';
import { Suspects } from './suspects.js';
import type { TaskEvents } from './task-events.js';

export interface TaskOptions {
  partition: number;
  /** Bytes that may wait for the task. */
  inboxBytes: number;
  tickMs: number;
  log: Log;
  events: TaskEvents;
}

const GONE_WRONG = 'the task stopped and begins again';

/**
 * One partition number of a group: its inputs, handled one chunk after the other. Whatever fails, the task begins a new
 * session, which reads its position and its state again; nothing is skipped and nothing is kept from a failed session.
 */
export class Task {
  private readonly inbox: Inbox;
  private readonly suspects = new Suspects();
  private readonly stopping = new AbortController();
  private readonly changed = new Signal();
  private readonly caughtUp = new Map<string, boolean>();
  private readonly positions = new Map<string, number>();
  private paused = false;
  private busy = false;
  private running: Promise<void> | undefined;

  constructor(
    private readonly fetcher: Fetcher,
    private readonly createSession: () => Session,
    private readonly options: TaskOptions,
  ) {
    this.inbox = new Inbox(options.inboxBytes, () => fetcher.wake());
  }

  start(): void {
    this.running = this.run();
  }

  /** Resolves when nothing is being handled any more; nothing is until `resume`. */
  async pause(): Promise<void> {
    this.paused = true;
    this.inbox.nudge();
    while (this.busy) await this.changed.after(this.changed.count);
  }

  resume(): void {
    this.paused = false;
    this.changed.raise();
  }

  /** Finishes what is being handled, then lets go of everything. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.inbox.nudge();
    this.changed.raise();
    await this.running;
  }

  /** By input, the offset after the last record handled. */
  get handled(): ReadonlyMap<string, number> {
    return this.positions;
  }

  private async run(): Promise<void> {
    const backoff = new Backoff(100, 10_000);
    let failing = false;
    while (!this.stopping.signal.aborted) {
      const session = this.createSession();
      try {
        await this.work(session, () => {
          backoff.reset();
          if (failing) this.options.log.info({ partition: this.options.partition }, 'the task works again');
          failing = false;
        });
      } catch (error) {
        const fields = { err: error, partition: this.options.partition };
        if (!isRetriable(error)) this.options.log.error(fields, GONE_WRONG);
        else if (!failing) this.options.log.warn(fields, GONE_WRONG);
        failing = true;
        this.options.events.restarted(this.options.partition, isRetriable(error));
      } finally {
        for (const [topic] of this.positions) this.fetcher.remove(topic, this.options.partition);
        this.inbox.clear();
        await session.close();
      }
      if (!this.stopping.signal.aborted) await backoff.wait(this.stopping.signal);
    }
  }

  private async work(session: Session, onSuccess: () => void): Promise<void> {
    const { partition, tickMs } = this.options;
    this.positions.clear();
    this.caughtUp.clear();
    for (const [topic, offset] of await session.open()) {
      this.positions.set(topic, offset);
      this.caughtUp.set(topic, false);
      this.fetcher.add(topic, partition, offset, this.inbox);
    }
    let nextTick = Date.now() + tickMs;
    while (!this.stopping.signal.aborted) {
      const chunk = await this.inbox.take(Math.max(1, nextTick - Date.now()));
      while (this.paused && !this.stopping.signal.aborted) await this.changed.after(this.changed.count);
      if (this.stopping.signal.aborted) return;
      this.busy = true;
      try {
        if (chunk) await this.handle(session, chunk);
        if (Date.now() >= nextTick) {
          await session.tick({ now: Date.now(), idle: [...this.caughtUp.values()].every(Boolean) });
          nextTick = Date.now() + tickMs;
        }
        onSuccess();
      } finally {
        this.busy = false;
        this.changed.raise();
      }
    }
  }

  private async handle(session: Session, chunk: Chunk): Promise<void> {
    const { partition, events } = this.options;
    this.caughtUp.set(chunk.topic, chunk.nextOffset >= chunk.highWatermark);
    events.lag(chunk.topic, partition, Math.max(0, chunk.highWatermark - chunk.nextOffset));
    if (chunk.nextOffset === this.positions.get(chunk.topic)) return;
    for (const step of this.suspects.steps(chunk)) {
      try {
        if (this.suspects.condemned(step))
          await session.reject(step, 'Its handler failed on it again and again; see the log.');
        else await session.process(step);
      } catch (error) {
        if (!isRetriable(error)) this.suspects.failed(step);
        throw error;
      }
      this.suspects.passed(step);
      this.positions.set(step.topic, step.nextOffset);
      events.handled(step.topic, partition, step.records.length);
    }
  }
}
