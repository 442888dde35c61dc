import { open } from 'node:fs/promises';
import { pause } from '@auditmesh/kafka';
import type { Logger } from '@auditmesh/runtime';
import type { RawLine } from '../domain/devices/line-splitter.js';
import { beginsWith, PositionFile, type SavedPosition } from './file-position.js';
import { OpenFile } from './open-file.js';
import { filesOf, statOf, type FoundFile } from './rotated-files.js';

export interface TailOptions {
  path: string;
  lineBytes: number;
  positions: PositionFile;
  log: Logger;
  /** Resolves when the lines are in Kafka, whole ones and one whose end will not come. */
  take: (file: string, lines: RawLine[], cut?: RawLine) => Promise<unknown>;
  /** Resolves when it is in Kafka that lines are gone. */
  tellGap: () => Promise<unknown>;
}

const POLL_MS = 250;
/** After its successor appeared, a renamed file is read until it has been quiet for this long: the store may still write to it. */
const QUIET_MS = 1_000;

/**
 * Follows a file over renaming and truncation, and over restarts of ours: it begins where the last lines that are in Kafka
 * end. Lines may be given again, none is left out; where that cannot be had, it is told.
 */
export class FileTail {
  /** Renamed files that were read to their end. */
  private readonly done = new Set<string>();

  constructor(private readonly options: TailOptions) {}

  /** Follows until the signal is aborted. @throws Error if a file cannot be read, or what `take` throws */
  async follow(stopping: AbortSignal): Promise<void> {
    let file = await this.resume(stopping);
    try {
      let changedAt = Date.now();
      while (file && !stopping.aborted) {
        if (await this.readOn(file)) {
          changedAt = Date.now();
          continue;
        }
        const successor: FoundFile | undefined = await this.successorOf(file);
        if (!successor) changedAt = Date.now();
        else if (Date.now() - changedAt >= QUIET_MS) {
          file = await this.change(file, successor);
          continue;
        }
        await pause(POLL_MS, stopping);
      }
    } finally {
      await file?.close();
    }
  }

  /** @returns whether there was something to read */
  private async readOn(file: OpenFile): Promise<boolean> {
    const { path, take, tellGap, log } = this.options;
    const next = await file.next();
    if (next === undefined) return false;
    if (next === 'truncated') {
      log.warn({ path }, 'the audit file was truncated; what nobody had read is gone');
      const cut = file.rest();
      if (cut) await take(file.inode, [], cut);
      await tellGap();
      file.restart();
    } else if (next.length) await take(file.inode, next);
    await this.options.positions.write(await file.position());
    return true;
  }

  private async change(file: OpenFile, successor: FoundFile): Promise<OpenFile> {
    const cut = file.rest();
    if (cut) await this.options.take(file.inode, [], cut);
    const next = await OpenFile.open(successor.path, this.options.lineBytes);
    await this.options.positions.write(await next.position());
    this.done.add(identity(await file.now()));
    await file.close();
    return next;
  }

  /**
   * The file that was written to after this one was renamed; undefined while there is none, or none that the store has
   * begun to write to: until then it may still write to this one.
   */
  private async successorOf(file: OpenFile): Promise<FoundFile | undefined> {
    const { path } = this.options;
    const current = await statOf(path);
    if (!current?.size || current.inode === file.inode) return undefined;
    const { modified } = await file.now();
    return (await filesOf(path)).find(
      (f) =>
        f.inode !== file.inode &&
        (f.path === path || (f.modified >= modified && !this.done.has(identity(f)))),
    );
  }

  /** Undefined only when it was stopped before there was a file. */
  private async resume(stopping: AbortSignal): Promise<OpenFile | undefined> {
    const { path, lineBytes, positions, tellGap, log } = this.options;
    const position = await positions.read();
    const found = position && (await this.find(position));
    if (found) return OpenFile.open(found.path, lineBytes, position.offset);
    if (position) {
      log.warn({ path }, 'the audit file that was being read is gone; what nobody had read of it is lost');
      await tellGap();
    }
    for (let said = false; !stopping.aborted; said = true) {
      const files = (await filesOf(path)).filter(
        (f) => f.path === path || (position && f.modified >= position.saved),
      );
      if (files[0]) {
        const file = await OpenFile.open(files[0].path, lineBytes);
        await positions.write(await file.position());
        return file;
      }
      if (!said) log.info({ path }, 'the audit file is not there yet');
      await pause(POLL_MS, stopping);
    }
    return undefined;
  }

  /** The file that the position is of, under whatever name. */
  private async find({ inode, offset, head }: SavedPosition): Promise<FoundFile | undefined> {
    const same = (await filesOf(this.options.path)).find((f) => f.inode === inode && f.size >= offset);
    if (!same) return undefined;
    const file = await open(same.path, 'r');
    try {
      return (await beginsWith(file, head)) ? same : undefined;
    } finally {
      await file.close();
    }
  }
}

const identity = ({ inode, born }: FoundFile): string => `${inode} ${born}`;
