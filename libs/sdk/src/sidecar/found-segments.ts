import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SegmentFile, segmentName, sequenceOfName } from '../spool/segment-file.js';
import type { ReadableSegments } from '../spool/spool-reader.js';

/** How far another process has written. */
export interface Written {
  /** Sequence in the name of the file. */
  segment: number;
  /** Bytes of that file that are whole records; files before it are whole. */
  bytes: number;
}

/** The files of a spool that another process writes, or has written. Changes none of them. */
export class FoundSegments implements ReadableSegments {
  /** Byte of the last file up to which it is on the disk. */
  private synced = 0;

  private constructor(
    private readonly folder: string,
    private readonly files: SegmentFile[],
  ) {}

  /**
   * The files as they are, brought to the disk.
   *
   * @param written of whoever is writing; without it nobody may be
   * @returns undefined if there is none
   */
  static async open(folder: string, written?: Written): Promise<FoundSegments | undefined> {
    const found = new FoundSegments(folder, []);
    try {
      await found.openFiles(-1, written?.segment ?? Infinity);
      if (written) found.mustEndWith(written.segment);
      if (!found.files.length) return undefined;
      await Promise.all(found.files.map((file) => file.sync()));
      found.synced = written ? Math.min(written.bytes, found.last.size) : found.last.size;
      return found;
    } catch (error) {
      await found.close();
      throw error;
    }
  }

  get first(): SegmentFile {
    return this.files[0]!;
  }

  at(sequence: number): SegmentFile | undefined {
    return this.files.find(({ header }) => header.sequence === sequence);
  }

  following(file: SegmentFile): SegmentFile | undefined {
    return this.files[this.files.indexOf(file) + 1];
  }

  readableEnd(file: SegmentFile): number {
    return file === this.last ? this.synced : file.size;
  }

  /** Brings to the disk what was written since, and lets it be read. @throws why the disk refused */
  async sync({ segment, bytes }: Written): Promise<void> {
    const { last } = this;
    const known = last.header.sequence;
    if (known === segment) {
      await last.sync();
      this.synced = Math.max(this.synced, bytes);
      return;
    }
    const more = new FoundSegments(this.folder, []);
    try {
      await more.openFiles(known, segment);
      more.mustEndWith(segment);
      await Promise.all([last, ...more.files].map((file) => file.sync()));
      await last.measure();
    } catch (error) {
      await more.close();
      throw error;
    }
    this.files.push(...more.files);
    this.synced = bytes;
  }

  /** Closes the files before this one, which nobody reads again. */
  async forgetBefore(segment: number): Promise<void> {
    const old = this.files.filter((file) => file.header.sequence < segment && file !== this.last);
    this.files.splice(0, old.length);
    await Promise.all(old.map((file) => file.close()));
  }

  async close(): Promise<void> {
    await Promise.all(this.files.map((file) => file.close()));
  }

  /** @throws Error if the file is missing, or is no segment */
  private mustEndWith(segment: number): void {
    if (this.files.at(-1)?.header.sequence !== segment)
      throw new Error(`${segmentName(segment)} is not in ${this.folder}, or cannot be read.`);
  }

  private get last(): SegmentFile {
    return this.files.at(-1)!;
  }

  /** Those after one and up to another; one that does not begin as a segment does is left out. */
  private async openFiles(after: number, upTo: number): Promise<void> {
    for (const name of (await readdir(this.folder)).sort()) {
      const sequence = sequenceOfName(name);
      if (sequence === undefined || sequence <= after || sequence > upTo) continue;
      const file = await SegmentFile.open(join(this.folder, name), 'r');
      if (file) this.files.push(file);
    }
  }
}
