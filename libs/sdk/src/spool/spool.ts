import type { Signal } from '@auditmesh/kafka/producing';
import { ReadingEnd } from './reading-end.js';
import type { SpoolContent, SpoolOptions } from './spool-options.js';
import type { SpoolBatch } from './spool-reader.js';
import type { EncodeBody } from './spool-writer.js';
import { WritingEnd } from './writing-end.js';

/** Where a shipper takes records from. */
export interface ShippedSpool {
  /** Raised when there is more to read. */
  readonly readable: Signal;
  /** Records that nobody acknowledged. */
  readonly pending: number;
  /** The next records after those of the call before; none if there are none. Calls MUST NOT overlap. */
  read(): Promise<SpoolBatch>;
  /** Goes back to what was not acknowledged. */
  rewind(): void;
  /** @see ReadingEnd.acknowledge */
  acknowledge(batch: SpoolBatch): Promise<void>;
}

/**
 * Both ends of a spool in one process: records on the disk, numbered and in order, until somebody acknowledges them. A record
 * is given to the reader only when it is on the disk, so that a number is never given twice, not even after the machine lost
 * its power.
 */
export class Spool implements ShippedSpool {
  private constructor(
    private readonly writing: WritingEnd,
    private readonly reading: ReadingEnd,
  ) {}

  /** @throws AuditError SPOOL_IN_USE, SPOOL_BROKEN; errors of the file system */
  static async open(options: SpoolOptions, content: SpoolContent): Promise<Spool> {
    const reading = await ReadingEnd.take(options.folder, options.onFinding ?? (() => undefined));
    try {
      const writing = await WritingEnd.open(options, content, async () => reading.position);
      reading.begin(writing.segments);
      return new Spool(writing, reading);
    } catch (error) {
      await reading.close();
      throw error;
    }
  }

  get id(): string {
    return this.writing.id;
  }

  get readable(): Signal {
    return this.writing.synced;
  }

  get pending(): number {
    return this.writing.pending;
  }

  /** Bytes that the files take. */
  get bytes(): number {
    return this.writing.bytes;
  }

  /** @see WritingEnd.append */
  append(partition: number, encode: EncodeBody): Promise<number> {
    return this.writing.append(partition, encode);
  }

  /** @see WritingEnd.hurry */
  hurry(): void {
    this.writing.hurry();
  }

  read(): Promise<SpoolBatch> {
    return this.reading.read();
  }

  rewind(): void {
    this.reading.rewind();
  }

  acknowledge(batch: SpoolBatch): Promise<void> {
    if (batch.records.length) this.writing.acknowledged(batch.end.sequence);
    return this.reading.acknowledge(batch, ({ segment }) => this.writing.removeBefore(segment));
  }

  /** Brings everything to the disk and gives the folder back. */
  async close(): Promise<void> {
    await this.writing.finish();
    await this.reading.close();
    await this.writing.close();
  }
}
