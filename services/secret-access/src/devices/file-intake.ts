import { Backoff } from '@auditmesh/kafka';
import type { Logger } from '@auditmesh/runtime';
import type { DeviceIntake } from './device-intake.js';
import { PositionFile } from './file-position.js';
import { FileTail } from './file-tail.js';
import { untilTaken } from './until-taken.js';

export interface FollowedFile {
  device: string;
  path: string;
}

/** Follows the files that file devices write. */
export class FileIntake {
  private readonly stopping = new AbortController();
  private readonly following: Promise<void>[] = [];

  constructor(
    private readonly intake: DeviceIntake,
    private readonly options: { lineBytes: number; stateFolder: string },
    private readonly log: Logger,
  ) {}

  /** Begins to follow. What goes wrong is logged, and it begins again. */
  start(file: FollowedFile): void {
    this.following.push(this.follow(file));
  }

  /** Resolves when nothing is read any more. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.following);
  }

  private async follow({ device, path }: FollowedFile): Promise<void> {
    const { lineBytes, stateFolder } = this.options;
    const { log } = this;
    const { signal } = this.stopping;
    const tail = new FileTail({
      path,
      lineBytes,
      positions: new PositionFile(stateFolder, device),
      log,
      take: (inode, lines, cut) => {
        const source = { device, intake: 'file', place: `inode ${inode}` };
        return untilTaken(() => this.intake.take(source, lines, cut), device, log, signal);
      },
      tellGap: () => untilTaken(() => this.intake.tellGap(device), device, log, signal),
    });
    const backoff = new Backoff(250, 10_000);
    while (!signal.aborted) {
      try {
        await tail.follow(signal);
      } catch (err) {
        if (signal.aborted) return;
        log.error({ err, device, path }, 'the audit file cannot be read; trying again');
        await backoff.wait(signal);
      }
    }
  }
}
