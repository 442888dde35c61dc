import { type SpoolContent } from './spool-options.js';
import type { Numbers } from './numbers.js';
import { SegmentFile } from './segment-file.js';
import type { ReadableSegments } from './spool-reader.js';

/** The files of a spool, oldest first; the last one is written to. */
export class Segments implements ReadableSegments {
  /** Byte of the last file up to which it is on the disk. */
  synced: number;

  private constructor(
    private readonly folder: string,
    private readonly content: SpoolContent,
    private readonly files: SegmentFile[],
  ) {
    this.synced = this.active.size;
  }

  /** @param next numbers of the first record of a new file, which is created: what is there was perhaps written otherwise */
  static async begin(
    folder: string,
    content: SpoolContent,
    files: SegmentFile[],
    next: Numbers,
  ): Promise<Segments> {
    const { schema } = content;
    return new Segments(folder, content, [...files, await SegmentFile.create(folder, { ...next, schema })]);
  }

  get active(): SegmentFile {
    return this.files.at(-1)!;
  }

  get first(): SegmentFile {
    return this.files[0]!;
  }

  /** Bytes that all files take. */
  get bytes(): number {
    return this.files.reduce((sum, { size }) => sum + size, 0);
  }

  /** The file with this sequence in its name. */
  at(sequence: number): SegmentFile | undefined {
    return this.files.find(({ header }) => header.sequence === sequence);
  }

  /** The file after this one; undefined after the active one. */
  following(file: SegmentFile): SegmentFile | undefined {
    return this.files[this.files.indexOf(file) + 1];
  }

  /** Byte up to which the file may be read. */
  readableEnd(file: SegmentFile): number {
    return file === this.active ? this.synced : file.size;
  }

  /** Puts a new file after the active one, which is on the disk entirely from then on. */
  async roll(next: Numbers): Promise<void> {
    await this.active.sync();
    const { schema } = this.content;
    const created = await SegmentFile.create(this.folder, { ...next, schema });
    this.files.push(created);
    this.synced = created.size;
  }

  /** Removes the files before this one. @returns whether there were any */
  async removeBefore(sequence: number): Promise<boolean> {
    const old = this.files.filter((file) => file.header.sequence < sequence && file !== this.active);
    this.files.splice(0, old.length);
    await Promise.all(old.map((file) => file.remove()));
    return old.length > 0;
  }

  async close(): Promise<void> {
    await Promise.all(this.files.map((file) => file.close()));
  }
}
