import { writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { decodePosition, encodePosition, type Position } from './position.js';

const NAME = 'acknowledged';
const SLOT_BYTES = 4 * 1024;
const SYNC_EVERY_MS = 1_000;

/**
 * How far the spool was read by whoever ships it. Two slots are written in turn, so a write that ends in the middle
 * leaves the one before; then a few records are shipped again.
 */
export class AcknowledgedFile {
  private syncedAt = 0;

  private constructor(
    private readonly file: FileHandle,
    private slot: number,
    /** What was kept; undefined in a new file, or if neither slot is whole. */
    readonly found: Position | undefined,
  ) {}

  static async open(folder: string): Promise<AcknowledgedFile> {
    const path = join(folder, NAME);
    const file = await open(path, 'r+').catch(() => open(path, 'w+'));
    const { newer, found } = await newerSlot(file);
    return new AcknowledgedFile(file, 1 - newer, found);
  }

  /** What is kept, perhaps not the newest while somebody else writes it; undefined if there is nothing. */
  static async read(folder: string): Promise<Position | undefined> {
    const file = await open(join(folder, NAME), 'r').catch(() => undefined);
    try {
      return file && (await newerSlot(file)).found;
    } finally {
      await file?.close();
    }
  }

  /** Resolves when the kernel has it; about once a second it is brought to the disk. Calls MUST NOT overlap. */
  async write(position: Position): Promise<void> {
    const bytes = encodePosition(position);
    // Not in the thread pool, as the records; what a longer one left behind its line is not read.
    writeSync(this.file.fd, bytes, 0, bytes.length, this.slot * SLOT_BYTES);
    this.slot = 1 - this.slot;
    if (performance.now() - this.syncedAt > SYNC_EVERY_MS) await this.sync();
  }

  async sync(): Promise<void> {
    this.syncedAt = performance.now();
    await this.file.datasync();
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

async function newerSlot(file: FileHandle): Promise<{ newer: number; found: Position | undefined }> {
  const slots = [];
  for (const slot of [0, 1]) {
    const bytes = Buffer.alloc(SLOT_BYTES);
    await file.read(bytes, 0, SLOT_BYTES, slot * SLOT_BYTES);
    slots.push(decodePosition(bytes));
  }
  const newer = (slots[1]?.sequence ?? 0) > (slots[0]?.sequence ?? 0) ? 1 : 0;
  return { newer, found: slots[newer] };
}
