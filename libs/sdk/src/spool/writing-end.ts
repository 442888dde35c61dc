import { mkdir } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { Signal } from '@auditmesh/kafka/producing';
import { GroupSync, type ToDisk } from './group-sync.js';
import { FolderLock } from './lock.js';
import type { Position } from './position.js';
import { recover } from './recovery.js';
import { spoolIdentity } from './identity.js';
import { Segments } from './segments.js';
import { limitsOf, type SpoolContent, type SpoolOptions } from './spool-options.js';
import { SpoolWriter, type EncodeBody } from './spool-writer.js';

/** What differs where another process ships the records. */
export interface Elsewhere {
  /** Takes over who connects to the lock of the folder. */
  onConnection: (socket: Socket) => void;
  toDisk: ToDisk;
}

interface Parts {
  lock: FolderLock;
  segments: Segments;
  sync: GroupSync;
  writer: SpoolWriter;
  room: Signal;
}

/** Where records are numbered and written; for one process at a time, which alone changes the files of records. */
export class WritingEnd {
  private constructor(
    /** Random, made with the folder: numbers are unique within it. */
    readonly id: string,
    /** Raised when more is on the disk. */
    readonly synced: Signal,
    /** Sequence that nobody has acknowledged, nor any after it. */
    private unacknowledged: number,
    private readonly parts: Parts,
  ) {}

  /**
   * @param acknowledged what need not be kept
   * @throws AuditError SPOOL_IN_USE, SPOOL_BROKEN; errors of the file system
   */
  static async open(
    options: SpoolOptions,
    content: SpoolContent,
    acknowledged: () => Promise<Position | undefined>,
    elsewhere?: Elsewhere,
  ): Promise<WritingEnd> {
    const { folder, onFinding = () => undefined } = options;
    const limits = limitsOf(options);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const lock = await FolderLock.take(folder, 'lock', elsewhere?.onConnection);
    try {
      const position = await acknowledged();
      const { segments: files, next, findings } = await recover(folder, content.partitions, position);
      const id = await spoolIdentity(folder, next.sequence === 1);
      findings.forEach(onFinding);
      const segments = await Segments.begin(folder, content, files, next);
      const [synced, room] = [new Signal(), new Signal()];
      const sync = new GroupSync(segments, limits.syncAfterMs, synced, elsewhere?.toDisk);
      const writer = new SpoolWriter(segments, limits, sync, room, next);
      const unacknowledged = position?.sequence ?? segments.first.header.sequence;
      return new WritingEnd(id, synced, unacknowledged, { lock, segments, sync, writer, room });
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** The files, of which nobody else may change anything. */
  get segments(): Segments {
    return this.parts.segments;
  }

  /** Sequence of the next record. */
  get next(): number {
    return this.parts.writer.next.sequence;
  }

  /** Records that nobody acknowledged. */
  get pending(): number {
    return this.next - this.unacknowledged;
  }

  /** Bytes that the files take. */
  get bytes(): number {
    return this.parts.segments.bytes;
  }

  /**
   * Resolves when the kernel has the record, which is on the disk a few milliseconds later.
   *
   * @returns the sequence
   * @throws what `encode` throws; AuditError SPOOL_FULL, SPOOL_BROKEN, CLOSED; then there is no such record
   */
  append(partition: number, encode: EncodeBody): Promise<number> {
    return this.parts.writer.append(partition, encode);
  }

  /** Brings to the disk at once what was appended. */
  hurry(): void {
    this.parts.sync.hurry();
  }

  /** Says that nobody needs the records before this one. */
  acknowledged(sequence: number): void {
    this.unacknowledged = Math.max(this.unacknowledged, sequence);
  }

  /** Removes the files before this one. */
  async removeBefore(segment: number): Promise<void> {
    if (await this.parts.segments.removeBefore(segment)) this.parts.room.raise();
  }

  /** Resolves when everything is on the disk and nothing more is written. */
  async finish(): Promise<void> {
    await this.parts.writer.close();
    await this.parts.sync.idle();
  }

  /** Gives the folder back. */
  async close(): Promise<void> {
    await this.finish();
    await this.parts.segments.close();
    await this.parts.lock.release();
  }
}
