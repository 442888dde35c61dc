import { randomBytes } from 'node:crypto';
import { fdatasync, writeSync } from 'node:fs';
import { open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_FRAME_BYTES, parseFrames, type Parsed } from './frame.js';
import { decodeHeader, encodeHeader, type SegmentHeader } from './segment-header.js';

const SUFFIX = '.spool';
const CHUNK_BYTES = 4 * MAX_FRAME_BYTES;
const MAX_HEADER_BYTES = 1024 * 1024;

/** Name of the segment whose first record has this sequence; names sort as the segments do. */
export const segmentName = (sequence: number): string => `${String(sequence).padStart(16, '0')}${SUFFIX}`;

/** undefined for a file that is no segment. */
export const sequenceOfName = (name: string): number | undefined =>
  /^\d{16}\.spool$/.test(name) ? Number(name.slice(0, -SUFFIX.length)) : undefined;

/** A file of records. Written to by nobody after the process that created it. */
export class SegmentFile {
  /** Why nothing more may be written: part of a record could not be taken back. */
  failure: Error | undefined;

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    readonly header: SegmentHeader,
    /** Where the first record begins. */
    readonly start: number,
    /** Bytes in the file. */
    public size: number,
  ) {}

  /** Resolves when the file and its name are on the disk. */
  static async create(folder: string, rest: Omit<SegmentHeader, 'salt'>): Promise<SegmentFile> {
    const header = { salt: randomBytes(4).readUInt32LE(), ...rest };
    const path = join(folder, segmentName(header.sequence));
    const unfinished = `${path}.new`;
    const bytes = encodeHeader(header);
    const file = await open(unfinished, 'w+');
    try {
      await file.write(bytes, 0, bytes.length, 0);
      await file.sync();
      await rename(unfinished, path);
      await syncFolder(folder);
    } catch (error) {
      await file.close();
      await unlink(unfinished).catch(() => undefined);
      throw error;
    }
    return new SegmentFile(path, file, header, bytes.length, bytes.length);
  }

  /** undefined if the file does not begin as a segment does. */
  static async open(path: string, flags: 'r' | 'r+' = 'r+'): Promise<SegmentFile | undefined> {
    const file = await open(path, flags);
    const { size } = await file.stat();
    const head = Buffer.alloc(Math.min(size, MAX_HEADER_BYTES));
    await file.read(head, 0, head.length, 0);
    const decoded = decodeHeader(head);
    if (decoded) return new SegmentFile(path, file, decoded.header, decoded.end, size);
    await file.close();
    return undefined;
  }

  /**
   * Resolves when the kernel has the bytes.
   *
   * @throws the error of write(2); then none of the bytes are there, or `failure` says that the file is lost for writing
   */
  async append(bytes: Buffer): Promise<void> {
    const before = this.size;
    try {
      // Not in the thread pool: the page cache takes it in microseconds, the way there and back costs a hundred.
      for (let done = 0; done < bytes.length;)
        done += writeSync(this.file.fd, bytes, done, bytes.length - done, before + done);
    } catch (error) {
      await this.cut(before).catch((failure: Error) => (this.failure = failure));
      throw error;
    }
    this.size = before + bytes.length;
  }

  /** Resolves when all that was appended before is on the disk. */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fdatasync(this.file.fd, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Takes over the size that another process has given the file. */
  async measure(): Promise<void> {
    this.size = (await this.file.stat()).size;
  }

  async cut(size: number): Promise<void> {
    await this.file.truncate(size);
    this.size = size;
  }

  /**
   * Records from a byte on, about `CHUNK_BYTES` of them. All places count from the start of the file.
   *
   * @param end byte up to which the file may be read
   * @param complete whether nothing will be written behind `end`
   */
  async read(from: number, end: number, complete: boolean): Promise<Parsed> {
    const bytes = Buffer.allocUnsafe(Math.max(Math.min(CHUNK_BYTES, end - from), 0));
    const { bytesRead } = await this.file.read(bytes, 0, bytes.length, from);
    const last = complete && from + bytesRead === end;
    const parsed = parseFrames(bytes.subarray(0, bytesRead), this.header.salt, last);
    const { frames, damages, next, whole } = parsed;
    return {
      frames,
      damages: damages.map((d) => ({ from: from + d.from, to: from + d.to })),
      next: from + next,
      whole: whole === undefined ? undefined : from + whole,
    };
  }

  close(): Promise<void> {
    return this.file.close();
  }

  async remove(): Promise<void> {
    await this.file.close();
    await unlink(this.path);
  }
}

/** Makes created, renamed and removed names of a folder last. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
