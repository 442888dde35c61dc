import { readdir, readFile, stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { pause, Signal, type Log } from '@auditmesh/kafka/producing';
import { connected } from '../spool/lock.js';
import { ReadingEnd } from '../spool/reading-end.js';
import type { SpoolFinding } from '../spool/recovery.js';
import { sequenceOfName } from '../spool/segment-file.js';
import type { ShippedSpool } from '../spool/spool.js';
import type { SpoolBatch } from '../spool/spool-reader.js';
import { FoundSegments } from './found-segments.js';
import { PROTOCOL, receive, send, type FromApplication, type FromShipper } from './messages.js';

/** How long an application that has just started may be overlooked. */
const LOOK_AGAIN_MS = 100;

/** Who is told of what becomes of a spool. */
export interface Watcher {
  /** Somebody waits for what may be read from now on. */
  onAwaited: () => void;
  /** Nothing more can be shipped until the process is started again. */
  onLost: (error: Error) => void;
}

/**
 * The spool of an application, as the process that ships it sees it: up to where the application says while it runs, and all
 * that it left when it does not.
 */
export class SharedSpool implements ShippedSpool {
  readonly readable = new Signal();
  outage: Error | undefined;
  private segments: FoundSegments | undefined;
  private application: Socket | undefined;
  private reachedUpTo: number;
  /** Sequence that the next record will have; Infinity while there may be any number of records before it. */
  private next = Infinity;
  /** Sequence up to which somebody waits. */
  private awaitedUpTo = 0;
  /** Files and their sizes when an application had left them and they were taken. */
  private takenAt = '';
  private closed = false;
  private looking: Promise<void> | undefined;
  /** What must not overlap: reading, and exchanging what is read. */
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    private readonly reading: ReadingEnd,
    /** Of the spool whose records were reached; empty before the first. */
    private id: string,
    private readonly log: Log,
    private readonly watcher: Watcher,
  ) {
    this.reachedUpTo = (reading.position?.sequence ?? 1) - 1;
  }

  /**
   * Takes the folder for shipping; no application need use it yet.
   *
   * @throws AuditError SPOOL_IN_USE, SPOOL_BROKEN; errors of the file system
   */
  static async open(folder: string, log: Log, watcher: Watcher): Promise<SharedSpool> {
    const onFinding = (finding: SpoolFinding) => {
      log.error(finding, 'The spool is not as it was written.');
      spool.tell({ tells: 'finding', finding });
    };
    const reading = await ReadingEnd.take(folder, onFinding);
    const spool: SharedSpool = new SharedSpool(folder, reading, await idIn(folder), log, watcher);
    spool.looking = spool.look();
    return spool;
  }

  /** Whether somebody waits for a record that the mesh has not. */
  get awaited(): boolean {
    return this.awaitedUpTo > this.reachedUpTo;
  }

  get pending(): number {
    return this.next - 1 - this.reachedUpTo;
  }

  async read(): Promise<SpoolBatch> {
    const batch = await this.exclusively(() => this.reading.read());
    if (!batch.records.length && !this.application) this.next = this.reachedUpTo + 1;
    return batch;
  }

  rewind(): void {
    this.reading.rewind();
  }

  acknowledge(batch: SpoolBatch): Promise<void> {
    return this.reading.acknowledge(batch, async ({ segment }) => {
      if (segment === this.segments?.first.header.sequence) return;
      await this.exclusively(async () => this.segments?.forgetBefore(segment));
      this.tell({ tells: 'done', segment });
    });
  }

  reached(sequence: number): void {
    this.outage = undefined;
    this.reachedUpTo = Math.max(this.reachedUpTo, sequence);
    this.tell({ tells: 'reached', next: this.reachedUpTo + 1 });
  }

  failed(cause: Error): void {
    this.outage = cause;
    this.tell({ tells: 'outage', why: cause.message });
  }

  /** Whether all was shipped that an application has left, or has told of. */
  async isEmpty(): Promise<boolean> {
    if (this.pending > 0) return false;
    return this.application !== undefined || (await this.footprint()) === this.takenAt;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.application?.destroy();
    await this.looking;
    await this.exclusively(async () => this.segments?.close());
    await this.reading.close();
  }

  private async look(): Promise<void> {
    while (!this.closed) {
      try {
        const application = await connected(join(this.reading.place, 'lock'));
        if (application) await this.follow(application);
        else await this.takeWhatIsLeft();
      } catch (err) {
        this.log.error({ err }, 'The spool cannot be read; it is tried again.');
      }
      if (!this.closed) await pause(LOOK_AGAIN_MS);
    }
  }

  /** Keeps up with the application. Resolves when it is gone. */
  private async follow(application: Socket): Promise<void> {
    const gone = new Promise<void>((resolve) => application.once('close', () => resolve()));
    this.application = application;
    this.next = Infinity;
    let latest: FromApplication | undefined;
    let catchingUp: Promise<void> | undefined;
    let segments: FoundSegments | undefined;
    let greeted = false;
    const catchUp = async () => {
      for (let message; (message = latest);) {
        latest = undefined;
        if (segments) await segments.sync(message.written);
        else await this.exchange((segments = await FoundSegments.open(this.folder, message.written)));
        if (!greeted) this.greet();
        greeted = true;
        this.written(message);
      }
    };
    receive<FromApplication>(application, (message) => {
      latest = message;
      catchingUp ??= catchUp()
        .catch((err: unknown) => {
          this.log.error({ err }, 'What the application wrote cannot be read or brought to the disk.');
          application.destroy();
        })
        .finally(() => (catchingUp = undefined));
    });
    this.tell({ tells: 'protocol', version: PROTOCOL });
    await gone;
    await catchingUp;
    this.application = undefined;
    this.takenAt = '';
  }

  private greet(): void {
    if (this.outage) this.failed(this.outage);
    else this.reached(this.reachedUpTo);
    if (this.reading.position) this.tell({ tells: 'done', segment: this.reading.position.segment });
  }

  /** All of it is on the disk. */
  private written({ written, next, awaited }: FromApplication): void {
    this.tell({ tells: 'synced', written });
    this.next = next;
    this.readable.raise();
    if (!awaited) return;
    this.awaitedUpTo = next - 1;
    this.watcher.onAwaited();
  }

  private async takeWhatIsLeft(): Promise<void> {
    const found = await this.footprint();
    if (found === this.takenAt) return;
    const segments = await FoundSegments.open(this.folder);
    // Only now it is sure that nobody was writing what was found.
    const application = await connected(join(this.reading.place, 'lock'));
    application?.destroy();
    if (application) return segments?.close();
    await this.exchange(segments);
    this.takenAt = found;
    this.next = Infinity;
    this.readable.raise();
  }

  private async exchange(segments: FoundSegments | undefined): Promise<void> {
    if (!segments) return;
    await this.mustBeTheSame();
    await this.exclusively(async () => {
      const before = this.segments;
      this.segments = segments;
      this.reading.begin(segments);
      await before?.close();
    });
  }

  /** A folder that was emptied gets another spool, whose numbers begin anew: what was reached says nothing about it. */
  private async mustBeTheSame(): Promise<void> {
    const id = await idIn(this.folder);
    if (this.reachedUpTo === 0) this.id = id;
    if (id === this.id) return;
    this.closed = true;
    const error = new Error(`${this.folder} holds another spool than before; start the shipper again.`);
    this.watcher.onLost(error);
    throw error;
  }

  private async footprint(): Promise<string> {
    const names = (await readdir(this.folder)).filter((name) => sequenceOfName(name) !== undefined).sort();
    const sizes = await Promise.all(
      names.map((name) => stat(join(this.folder, name)).then(({ size }) => size)),
    );
    return JSON.stringify([names, sizes]);
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  private tell(message: FromShipper): void {
    if (this.application && !this.application.destroyed) send(this.application, message);
  }
}

const idIn = (folder: string): Promise<string> => readFile(join(folder, 'id'), 'utf8').catch(() => '');
