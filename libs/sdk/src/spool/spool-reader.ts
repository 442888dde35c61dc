import type { Frame } from './frame.js';
import { after, type Numbers } from './numbers.js';
import type { Position } from './position.js';
import type { SpoolFinding } from './recovery.js';
import { segmentName, type SegmentFile } from './segment-file.js';

/** Records that follow each other in one file. */
export interface SpoolBatch {
  records: Frame[];
  /** Avro schema of the bodies. */
  schema: object;
  /** Where the next batch begins. */
  end: Position;
}

/** The files that are read, oldest first. */
export interface ReadableSegments {
  readonly first: SegmentFile;
  /** The file with this sequence in its name. */
  at(sequence: number): SegmentFile | undefined;
  /** The file after this one; undefined after the last, which may still grow. */
  following(file: SegmentFile): SegmentFile | undefined;
  /** Byte up to which the file may be read. */
  readableEnd(file: SegmentFile): number;
}

/** Reads the records in their order and tells of those that are missing. */
export class SpoolReader {
  private start: Position;
  position: Position;
  /** Sequence up to which gaps were told, so that going back does not tell them again. */
  private told = 0;

  constructor(
    private readonly segments: ReadableSegments,
    /** Where to begin: behind a record, or at the first file. */
    acknowledged: Position | undefined,
    private readonly onFinding: (finding: SpoolFinding) => void,
  ) {
    const { first } = segments;
    const kept = acknowledged && segments.at(acknowledged.segment);
    const numbers: Numbers = acknowledged ?? first.header;
    this.start = {
      segment: (kept ?? first).header.sequence,
      offset: kept ? Math.min(Math.max(acknowledged!.offset, kept.start), kept.size) : first.start,
      sequence: numbers.sequence,
      partitions: numbers.partitions,
    };
    this.position = this.start;
  }

  rewind(): void {
    this.position = this.start;
  }

  acknowledged(position: Position): void {
    this.start = position;
  }

  /** @see ReadingEnd.read */
  async read(): Promise<SpoolBatch> {
    for (;;) {
      const file = this.segments.at(this.position.segment)!;
      const following = this.segments.following(file);
      const end = this.segments.readableEnd(file);
      if (this.position.offset < end) {
        const { offset } = this.position;
        const { frames, damages, next } = await file.read(offset, end, following !== undefined);
        for (const { from, to } of damages) this.tellDamage(file.header.sequence, from, to);
        this.position = { ...this.position, offset: next, ...this.numbersAfter(frames) };
        if (frames.length || next === offset) return this.batch(file.header.schema, frames);
      } else if (following) {
        this.tellGap(following.header.sequence);
        const { sequence, partitions } = following.header;
        const jump = sequence > this.position.sequence ? { sequence, partitions } : {};
        this.position = { ...this.position, segment: sequence, offset: following.start, ...jump };
      } else {
        return this.batch(file.header.schema, []);
      }
    }
  }

  private batch(schema: object, records: Frame[]): SpoolBatch {
    return { records, schema, end: this.position };
  }

  private numbersAfter(frames: Frame[]): Numbers {
    let numbers: Numbers = this.position;
    for (const frame of frames) {
      this.tellGap(frame.sequence, numbers.sequence);
      numbers = after(numbers, frame);
    }
    return { sequence: numbers.sequence, partitions: numbers.partitions };
  }

  private tellGap(sequence: number, expected = this.position.sequence): void {
    if (sequence <= expected || sequence <= this.told) return;
    this.told = sequence;
    this.onFinding({ finding: 'gap', fromSequence: expected, toSequence: sequence - 1 });
  }

  private tellDamage(segment: number, from: number, to: number): void {
    this.onFinding({ finding: 'damage', file: segmentName(segment), from, to });
  }
}
