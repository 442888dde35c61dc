import { mkdir } from 'node:fs/promises';
import { AcknowledgedFile } from './acknowledged-file.js';
import { FolderLock } from './lock.js';
import type { Position } from './position.js';
import type { SpoolFinding } from './recovery.js';
import { SpoolReader, type ReadableSegments, type SpoolBatch } from './spool-reader.js';

const nothing: SpoolBatch = {
  records: [],
  schema: {},
  end: { segment: 0, offset: 0, sequence: 0, partitions: [] },
};

/** Where records are taken from a spool; for one process at a time, which need not be the one that writes. */
export class ReadingEnd {
  private reader: SpoolReader | undefined;
  private acknowledging = Promise.resolve();

  private constructor(
    private readonly lock: FolderLock,
    private readonly file: AcknowledgedFile,
    private readonly onFinding: (finding: SpoolFinding) => void,
    /** Up to where nobody needs the records again; undefined if nobody ever said so. */
    public position: Position | undefined,
  ) {}

  /** @throws AuditError SPOOL_IN_USE, SPOOL_BROKEN; errors of the file system */
  static async take(folder: string, onFinding: (finding: SpoolFinding) => void): Promise<ReadingEnd> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const lock = await FolderLock.take(folder, 'shipper');
    try {
      const file = await AcknowledgedFile.open(folder);
      return new ReadingEnd(lock, file, onFinding, file.found);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** The folder, by a path short enough for sockets in it. */
  get place(): string {
    return this.lock.place;
  }

  /** Reads these files from now on, beginning with what was not acknowledged. MUST NOT be called during a read. */
  begin(segments: ReadableSegments): void {
    this.reader = new SpoolReader(segments, this.position, this.onFinding);
  }

  /** The next records after those of the call before; none if there are none. Calls MUST NOT overlap. */
  async read(): Promise<SpoolBatch> {
    return this.reader ? this.reader.read() : nothing;
  }

  /** Goes back to what was not acknowledged. */
  rewind(): void {
    this.reader?.rewind();
  }

  /**
   * Says that nobody needs the records up to the end of the batch again. After a crash of the process they are not read
   * again; after one of the machine those of the last second may be.
   *
   * @param then what follows from it, done once it is kept
   */
  acknowledge({ records, end }: SpoolBatch, then: (position: Position) => unknown): Promise<void> {
    // So that the position always is behind a record, in a file that the next process keeps.
    if (!records.length) return this.acknowledging;
    this.acknowledging = this.acknowledging
      .catch(() => undefined)
      .then(async () => {
        const before = this.position?.segment;
        this.position = end;
        this.reader?.acknowledged(end);
        await this.file.write(end);
        // First the position, then the files: it must never name one that is gone.
        if (before !== end.segment) await this.file.sync();
        await then(end);
      });
    return this.acknowledging;
  }

  async close(): Promise<void> {
    await this.acknowledging.catch(() => undefined);
    await this.file.sync();
    await this.file.close();
    await this.lock.release();
  }
}
