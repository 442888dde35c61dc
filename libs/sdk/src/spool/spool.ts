import { mkdir } from 'node:fs/promises';
import { Signal } from '@auditmesh/kafka/producing';
import { AcknowledgedFile } from './acknowledged-file.js';
import { GroupSync } from './group-sync.js';
import { FolderLock } from './lock.js';
import { recover } from './recovery.js';
import { spoolIdentity } from './identity.js';
import { Segments } from './segments.js';
import { limitsOf, type SpoolContent, type SpoolOptions } from './spool-options.js';
import { SpoolReader, type SpoolBatch } from './spool-reader.js';
import { SpoolWriter, type RecordNumbers } from './spool-writer.js';

interface Parts {
  lock: FolderLock;
  acknowledged: AcknowledgedFile;
  segments: Segments;
  sync: GroupSync;
  writer: SpoolWriter;
  reader: SpoolReader;
  room: Signal;
}

/**
 * Records on the disk, numbered and in order, until somebody acknowledges them. A record is given to the reader only when it
 * is on the disk, so that a number is never given twice, not even after the machine lost its power.
 */
export class Spool {
  private acknowledging = Promise.resolve();
  private acknowledgedUpTo: number;

  private constructor(
    /** Random, made with the folder: numbers are unique within it. */
    readonly id: string,
    /** Raised when there is more to read. */
    readonly readable: Signal,
    private readonly parts: Parts,
  ) {
    this.acknowledgedUpTo = parts.reader.position.sequence;
  }

  /** @throws AuditError SPOOL_IN_USE, SPOOL_BROKEN; errors of the file system */
  static async open(options: SpoolOptions, content: SpoolContent): Promise<Spool> {
    const { folder, onFinding = () => undefined } = options;
    const limits = limitsOf(options);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const lock = await FolderLock.take(folder);
    try {
      const acknowledged = await AcknowledgedFile.open(folder);
      const {
        segments: files,
        next,
        findings,
      } = await recover(folder, content.partitions, acknowledged.found);
      const id = await spoolIdentity(folder, next.sequence === 1);
      findings.forEach(onFinding);
      const segments = await Segments.begin(folder, content, files, next);
      const [readable, room] = [new Signal(), new Signal()];
      const sync = new GroupSync(segments, limits.syncAfterMs, readable);
      const writer = new SpoolWriter(segments, limits, sync, room, next);
      const reader = new SpoolReader(segments, acknowledged.found, onFinding);
      return new Spool(id, readable, { lock, acknowledged, segments, sync, writer, reader, room });
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /**
   * Resolves when the kernel has the record, which is on the disk a few milliseconds later.
   *
   * @param encode makes the body from the numbers; it may be called again if there was no room
   * @returns the sequence
   * @throws what `encode` throws; AuditError SPOOL_FULL, SPOOL_BROKEN, CLOSED; then there is no such record
   */
  append(partition: number, encode: (numbers: RecordNumbers) => Buffer): Promise<number> {
    return this.parts.writer.append(partition, encode);
  }

  /** Brings to the disk at once what was appended. */
  hurry(): void {
    this.parts.sync.hurry();
  }

  /** The next records after those of the call before; none if there are none. Calls MUST NOT overlap. */
  read(): Promise<SpoolBatch> {
    return this.parts.reader.read();
  }

  /** Goes back to what was not acknowledged. */
  rewind(): void {
    this.parts.reader.rewind();
  }

  /**
   * Says that nobody needs the records up to the end of the batch again. After a crash of the process they are not read
   * again; after one of the machine those of the last second may be.
   */
  acknowledge({ records, end }: SpoolBatch): Promise<void> {
    // So that the position always is behind a record, in a file that the next process keeps.
    if (!records.length) return this.acknowledging;
    const { acknowledged, segments, reader, room } = this.parts;
    this.acknowledging = this.acknowledging
      .catch(() => undefined)
      .then(async () => {
        reader.acknowledged(end);
        this.acknowledgedUpTo = end.sequence;
        await acknowledged.write(end);
        // First the position, then the files: it must never name one that is gone.
        if (segments.first.header.sequence < end.segment) await acknowledged.sync();
        if (await segments.removeBefore(end.segment)) room.raise();
      });
    return this.acknowledging;
  }

  /** Records that nobody acknowledged. */
  get pending(): number {
    return this.parts.writer.next.sequence - this.acknowledgedUpTo;
  }

  /** Bytes that the files take. */
  get bytes(): number {
    return this.parts.segments.bytes;
  }

  /** Brings everything to the disk and gives the folder back. */
  async close(): Promise<void> {
    const { writer, sync, acknowledged, segments, lock } = this.parts;
    await writer.close();
    await sync.idle();
    await this.acknowledging.catch(() => undefined);
    await acknowledged.sync();
    await acknowledged.close();
    await segments.close();
    await lock.release();
  }
}
