import { open, type FileHandle } from 'node:fs/promises';
import { LineSplitter, type RawLine } from '../domain/devices/line-splitter.js';
import { beginsWith, HEAD_BYTES, headOf, type FileHead, type FilePosition } from './file-position.js';
import { foundFile, type FoundFile } from './rotated-files.js';

const CHUNK_BYTES = 256 * 1024;

/** A file of a device that is being read; it stays open when it is renamed or removed. */
export class OpenFile {
  private head: FileHead | undefined;
  private splitter: LineSplitter;
  private readTo: number;

  private constructor(
    readonly path: string,
    readonly inode: string,
    private readonly file: FileHandle,
    private readonly lineBytes: number,
    offset: number,
  ) {
    this.readTo = offset;
    this.splitter = new LineSplitter(lineBytes, offset);
  }

  /** @throws Error if it cannot be opened */
  static async open(path: string, lineBytes: number, offset = 0): Promise<OpenFile> {
    const file = await open(path, 'r');
    const { ino } = await file.stat({ bigint: true });
    return new OpenFile(path, String(ino), file, lineBytes, offset);
  }

  /** The next lines; undefined at the end of the file, and 'truncated' where it is another content than before. */
  async next(): Promise<RawLine[] | 'truncated' | undefined> {
    const { size } = await this.now();
    if (size < this.readTo) return 'truncated';
    if (size === this.readTo) return undefined;
    if (this.head && !(await beginsWith(this.file, this.head))) return 'truncated';
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - this.readTo));
    const { bytesRead } = await this.file.read(chunk, 0, chunk.length, this.readTo);
    this.readTo += bytesRead;
    return this.splitter.push(chunk.subarray(0, bytesRead));
  }

  /** What stands after the last newline. */
  rest(): RawLine | undefined {
    return this.splitter.end();
  }

  /** Begins anew, after the file was truncated. */
  restart(): void {
    this.readTo = 0;
    this.head = undefined;
    this.splitter = new LineSplitter(this.lineBytes);
  }

  /** How far whole lines were given. */
  async position(): Promise<FilePosition> {
    const offset = this.splitter.position;
    // Only of what was given: the rest of the file may not be written yet, and begin differently later.
    if (!this.head || this.head.bytes < HEAD_BYTES)
      this.head = await headOf(this.file, Math.min(offset, HEAD_BYTES));
    return { inode: this.inode, offset, head: this.head };
  }

  async now(): Promise<FoundFile> {
    return foundFile(this.path, await this.file.stat({ bigint: true }));
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
