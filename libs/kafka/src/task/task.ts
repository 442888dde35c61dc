import type { Log } from '../client/logging.js';
import { Backoff, Signal } from '../client/signal.js';
import type { Chunk } from '../consumer/chunk.js';
import type { Fetcher } from '../consumer/fetcher.js';
import { Inbox } from '../consumer/inbox.js';
import { isRetriable } from '../errors.js';
import { ChunkFailed, type Session } from './session.js';
import { Suspects } from './suspects.js';
import type { TaskEvents } from './task-events.js';

export interface TaskOptions {
  partition: number;
  /** Bytes that may wait for the task, and that may be handled in one transaction. */
  inboxBytes: number;
  batchBytes: number;
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
  /** By input, whether everything in it was read when it was last asked. */
  private readonly caughtUp = new Map<string, boolean>();
  /** By input, the offset after the last record handled. */
  private readonly positions = new Map<string, number>();
  private session: Session | undefined;
  private paused = false;
  private busy = false;
  private running: Promise<void> | undefined;

  constructor(
    private readonly fetcher: Fetcher,
    private readonly createSession: (onSettled: () => void) => Session,
    private readonly options: TaskOptions,
  ) {
    this.inbox = new Inbox(options.inboxBytes, () => fetcher.wake());
  }

  start(): void {
    this.running = this.run();
  }

  /** Resolves when nothing is being handled any more and all effects are durable; nothing is handled until `resume`. */
  async pause(): Promise<void> {
    this.paused = true;
    this.inbox.nudge();
    while (this.busy) await this.changed.after(this.changed.count);
    await this.session?.settle().catch(() => undefined); // thrown where the task goes on
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

  /** By input, the offset before which all effects are durable. */
  get durable(): ReadonlyMap<string, number> {
    return this.session?.durable ?? new Map();
  }

  private async run(): Promise<void> {
    const backoff = new Backoff(100, 10_000);
    let failing = false;
    while (!this.stopping.signal.aborted) {
      const session = (this.session = this.createSession(() => this.inbox.nudge()));
      try {
        await this.work(session, () => {
          backoff.reset();
          if (failing) this.options.log.info({ partition: this.options.partition }, 'the task works again');
          failing = false;
        });
      } catch (failure) {
        const error = failure instanceof ChunkFailed ? failure.cause : failure;
        const retriable = isRetriable(error);
        if (!retriable && failure instanceof ChunkFailed) this.suspects.failed(failure.chunk);
        const fields = { err: error, partition: this.options.partition, ...placeOf(failure) };
        if (!retriable) this.options.log.error(fields, GONE_WRONG);
        else if (!failing) this.options.log.warn(fields, GONE_WRONG);
        failing = true;
        this.options.events.restarted(this.options.partition, retriable);
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
      const patience = Math.max(1, nextTick - Date.now());
      const chunk = await this.inbox.take(patience, this.options.batchBytes, () => session.isSettling);
      while (this.paused && !this.stopping.signal.aborted) await this.changed.after(this.changed.count);
      if (this.stopping.signal.aborted) break;
      await this.exclusively(async () => {
        if (chunk) await this.handle(session, chunk);
        else await session.settle();
        if (Date.now() < nextTick) return;
        await session.tick(Date.now(), this.caughtUp);
        nextTick = Date.now() + tickMs;
      });
      onSuccess();
    }
    await session.settle();
  }

  /** Work that `pause` waits for. */
  private async exclusively(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    try {
      await work();
    } finally {
      this.busy = false;
      this.changed.raise();
    }
  }

  private async handle(session: Session, chunk: Chunk): Promise<void> {
    const { partition, events } = this.options;
    this.caughtUp.set(chunk.topic, chunk.nextOffset >= chunk.highWatermark);
    events.lag(chunk.topic, partition, Math.max(0, chunk.highWatermark - chunk.nextOffset));
    if (chunk.nextOffset <= this.positions.get(chunk.topic)!) return;
    for (const step of this.suspects.steps(chunk)) {
      const isSuspect = step !== chunk;
      if (this.suspects.condemned(step))
        await session.reject(step, 'Its handler failed on it again and again; see the log.');
      else await session.process(step);
      if (isSuspect) await session.settle(); // so that a failure is that of this record
      this.suspects.passed(step);
      this.positions.set(step.topic, step.nextOffset);
      events.handled(step.topic, partition, step.records.length);
    }
  }
}

/** Where a failed chunk lies, for the log. */
function placeOf(failure: unknown): object {
  if (!(failure instanceof ChunkFailed)) return {};
  const { topic, records, nextOffset } = failure.chunk;
  return { topic, fromOffset: records[0]?.offset, nextOffset };
}
