import type { Signal } from '@auditmesh/kafka/producing';
import type { SegmentFile } from './segment-file.js';
import type { Segments } from './segments.js';

/** Resolves when the file is on the disk up to this byte. @throws why the disk refused */
export type ToDisk = (file: SegmentFile, bytes: number) => Promise<void>;

/** Brings what was written to the disk: one fsync for all that was written within a few milliseconds. */
export class GroupSync {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  /** What to do after the fsync that runs: writes that it may not cover came meanwhile. */
  private then: 'nothing' | 'sync later' | 'sync now' = 'nothing';
  /** When the first of those writes was, ms. */
  private writtenAt = 0;
  /** Why the disk refused; nothing may be written after it, since what the kernel kept is unknown. */
  failure: Error | undefined;

  constructor(
    private readonly segments: Segments,
    private readonly afterMs: number,
    /** Raised when more is on the disk. */
    private readonly synced: Signal,
    private readonly toDisk: ToDisk = (file) => file.sync(),
  ) {}

  /** Says that something was written. */
  written(): void {
    if (!this.running) {
      if (!this.timer) this.startIn(this.afterMs);
    } else if (this.then === 'nothing') {
      this.then = 'sync later';
      this.writtenAt = performance.now();
    }
  }

  /** Starts the fsync that is due now rather than later. */
  hurry(): void {
    if (this.timer) this.start();
    else if (this.then === 'sync later') this.then = 'sync now';
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.timer || this.running) {
      this.hurry();
      await this.running;
    }
  }

  private start(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.running = this.sync().then(() => {
      this.running = undefined;
      if (this.then === 'sync now') this.start();
      else if (this.then === 'sync later') this.startIn(this.writtenAt + this.afterMs - performance.now());
    });
  }

  private startIn(ms: number): void {
    this.timer = setTimeout(() => this.start(), Math.max(ms, 0));
  }

  private async sync(): Promise<void> {
    this.then = 'nothing';
    const { active } = this.segments;
    const { size } = active;
    try {
      await this.toDisk(active, size);
    } catch (error) {
      this.failure = error as Error;
      return;
    }
    if (active === this.segments.active) this.segments.synced = Math.max(this.segments.synced, size);
    this.synced.raise();
  }
}
