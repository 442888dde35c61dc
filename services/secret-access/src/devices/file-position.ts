import { hash } from 'node:crypto';
import { open, readFile, rename, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** How far a file was read: everything before the offset is in Kafka. */
export interface FilePosition {
  /** Inode, as text. */
  inode: string;
  offset: number;
  /** By which a file is told from another one that got its inode: the hash of its first bytes. */
  head: FileHead;
}

export interface FileHead {
  bytes: number;
  sha256: string;
}

/** Long enough to hold the time and the id of a file's first entry. */
export const HEAD_BYTES = 1_024;

/** The first bytes of a file as it is now. */
export async function headOf(file: FileHandle, bytes: number): Promise<FileHead> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, 0);
  return { bytes: bytesRead, sha256: hash('sha256', buffer.subarray(0, bytesRead), 'hex') };
}

/** Whether the file still begins as it did. */
export async function beginsWith(file: FileHandle, head: FileHead): Promise<boolean> {
  return (await headOf(file, head.bytes)).sha256 === head.sha256;
}

export interface SavedPosition extends FilePosition {
  /** When, ns since the epoch. */
  saved: bigint;
}

/** The position of one device's file, in a file of its own. */
export class PositionFile {
  private readonly path: string;

  constructor(folder: string, device: string) {
    this.path = join(folder, `${device}.position.json`);
  }

  /** Undefined where there is none yet. @throws Error if it cannot be read: to begin anew would tell everything again */
  async read(): Promise<SavedPosition | undefined> {
    try {
      const { mtimeNs } = await stat(this.path, { bigint: true });
      const position = JSON.parse(await readFile(this.path, 'utf8')) as FilePosition;
      return { ...position, saved: mtimeNs };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new Error(
        `The position of the audit file cannot be read from ${this.path}; mend the file, or remove it to read from the beginning.`,
        { cause },
      );
    }
  }

  /** It is on disk when this resolves, whole or not at all. */
  async write(position: FilePosition): Promise<void> {
    const draft = `${this.path}.new`;
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(position));
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(draft, this.path);
  }
}
