import type { Log } from '@auditmesh/kafka/producing';
import type { RecordWriter } from './record-writer.js';

/** Lets a producer give signs of life, so that its silence is noticed. */
export class Heartbeats {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly writer: RecordWriter,
    private readonly intervalMs: number,
    private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    await this.beat(this.intervalMs);
    this.timer = setInterval(() => void this.beat(this.intervalMs), this.intervalMs);
    this.timer.unref();
  }

  /** Says that the silence that follows is in order. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.beat(null);
  }

  /** One that finds no room is left out: its absence is what tells of that. */
  private async beat(intervalMs: number | null): Promise<void> {
    try {
      await this.writer.heartbeat(intervalMs);
    } catch (err) {
      this.log.warn({ err }, 'A heartbeat could not be recorded.');
    }
  }
}
