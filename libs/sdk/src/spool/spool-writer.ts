import type { Signal } from '@auditmesh/kafka/producing';
import { AuditError } from '../errors.js';
import { FRAME_OVERHEAD_BYTES, MAX_BODY_BYTES, MAX_FRAME_BYTES, sealFrame } from './frame.js';
import type { GroupSync } from './group-sync.js';
import type { Numbers } from './numbers.js';
import type { Segments } from './segments.js';
import type { SpoolLimits } from './spool-options.js';

/** What a record is told about itself before it becomes bytes. */
export interface RecordNumbers {
  sequence: number;
  partitionSequence: number;
}

/**
 * Makes the body of a record, beginning at a byte of a buffer that has room for the longest one there can be.
 *
 * @returns where it ends; a place further on than there is room says that it is too long
 */
export type EncodeBody = (numbers: RecordNumbers, into: Buffer, at: number) => number;

interface Waiting {
  partition: number;
  encode: EncodeBody;
  resolve: (sequence: number) => void;
  reject: (error: unknown) => void;
}

/** Records that stand one behind the other at the start of the buffer, with numbers that follow each other. */
interface Group {
  waiting: Waiting[];
  first: number;
  size: number;
  next: Numbers;
}

const GROUP_BYTES = 256 * 1024;
/** Room on the disk comes back without a word. */
const ROOM_POLL_MS = 200;

/** Numbers the records and writes them in the order of the calls, those that come together with one write(2). */
export class SpoolWriter {
  private queue: Waiting[] = [];
  private writing: Promise<void> | undefined;
  private closed = false;
  private readonly buffer = Buffer.allocUnsafeSlow(GROUP_BYTES + MAX_FRAME_BYTES);

  constructor(
    private readonly segments: Segments,
    private readonly limits: SpoolLimits,
    private readonly sync: GroupSync,
    /** Raised when files were removed, and on close. */
    private readonly room: Signal,
    public next: Numbers,
  ) {}

  /** @see WritingEnd.append */
  append(partition: number, encode: EncodeBody): Promise<number> {
    if (this.closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      this.queue.push({ partition, encode, resolve, reject });
      // Not at once: what other requests append in this turn of the event loop goes with it.
      this.writing ??= new Promise<void>((done) => setImmediate(done)).then(() => this.drain());
    });
  }

  /** Resolves when all that was appended is written or refused; what waits for room is refused. */
  async close(): Promise<void> {
    this.closed = true;
    this.room.raise();
    await this.writing;
  }

  private async drain(): Promise<void> {
    while (this.queue.length) {
      if (this.segments.active.size >= this.limits.segmentBytes) await this.roll();
      const group = this.take();
      if (!group.waiting.length) continue;
      try {
        await this.write(group);
        group.waiting.forEach(({ resolve }, i) => resolve(group.first + i));
      } catch (error) {
        for (const { reject } of group.waiting) reject(error);
      }
    }
    // In the same turn as the look at the queue, or an append in between would start nothing.
    this.writing = undefined;
  }

  /** The next records to write together, with the numbers they get if that succeeds. */
  private take(): Group {
    const { sequence, partitions } = this.next;
    const next = { sequence, partitions: partitions.slice() };
    const group: Group = { waiting: [], first: sequence, size: 0, next };
    let count = 0;
    for (const waiting of this.queue) {
      if (group.size >= GROUP_BYTES) break;
      count++;
      try {
        this.add(group, waiting);
      } catch (error) {
        waiting.reject(error);
      }
    }
    if (count === this.queue.length) this.queue = [];
    else this.queue.splice(0, count);
    return group;
  }

  private add(group: Group, waiting: Waiting): void {
    const { partition, encode } = waiting;
    const { next, size } = group;
    const { sequence } = next;
    const partitionSequence = next.partitions[partition]!;
    const body = size + FRAME_OVERHEAD_BYTES;
    const end = encode({ sequence, partitionSequence }, this.buffer, body);
    if (end - body > MAX_BODY_BYTES)
      throw new AuditError(
        'INVALID_ACCESS',
        `The record has ${end - body} bytes, ${MAX_BODY_BYTES} are possible; shorten its texts.`,
      );
    const numbers = { sequence, partition, partitionSequence };
    sealFrame(this.buffer, size, end, numbers, this.segments.active.header.salt);
    group.waiting.push(waiting);
    group.size = end;
    next.sequence = sequence + 1;
    next.partitions[partition] = partitionSequence + 1;
  }

  private async write(group: Group): Promise<void> {
    for (;;) {
      const seen = this.room.count;
      try {
        this.mustBeWritable(group.size);
        await this.segments.active.append(this.buffer.subarray(0, group.size));
        break;
      } catch (error) {
        const failure = asAuditError(error);
        if (this.limits.whenFull === 'fail' || failure.code !== 'SPOOL_FULL') throw failure;
        if (this.closed) throw closedError();
        await this.room.after(seen, ROOM_POLL_MS);
      }
    }
    this.next = group.next;
    this.sync.written();
  }

  private mustBeWritable(bytes: number): void {
    const failure = this.sync.failure ?? this.segments.active.failure;
    if (failure) throw brokenError(failure);
    if (this.segments.bytes + bytes <= this.limits.maxBytes) return;
    throw new AuditError(
      'SPOOL_FULL',
      `The spool holds ${this.segments.bytes} of ${this.limits.maxBytes} bytes; the mesh must take records before it has room.`,
    );
  }

  /** Without room for a new file the active one goes on. */
  private async roll(): Promise<void> {
    try {
      await this.segments.roll(this.next);
    } catch (error) {
      if (!outOfSpace(error)) this.sync.failure ??= error as Error;
    }
  }
}

const outOfSpace = (error: unknown) =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');

function asAuditError(error: unknown): AuditError {
  if (error instanceof AuditError) return error;
  if (!outOfSpace(error)) return brokenError(error as Error);
  return new AuditError('SPOOL_FULL', 'The disk of the spool is full; make room on it.', { cause: error });
}

const brokenError = (cause: Error) =>
  new AuditError('SPOOL_BROKEN', `The spool cannot be written: ${cause.message}; start the process again.`, {
    cause,
  });
const closedError = () => new AuditError('CLOSED', 'The auditor is closed; it takes no more records.');
