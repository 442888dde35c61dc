import type { Socket } from 'node:net';
import type { Log } from '@auditmesh/kafka/producing';
import type { Acknowledgements } from '../acknowledgements.js';
import type { SegmentFile } from '../spool/segment-file.js';
import type { SpoolFinding } from '../spool/recovery.js';
import type { Elsewhere, WritingEnd } from '../spool/writing-end.js';
import { PROTOCOL, receive, send, type FromShipper } from './messages.js';

/** How long the shipper may take for an fsync until the application does it by itself. */
export const PATIENCE_MS = 3;
/** How long there may be no shipper until that counts as an outage. */
const ABSENCE_MS = 1_000;

interface Asked {
  segment: number;
  bytes: number;
  resolve: (synced: boolean) => void;
}

/**
 * The application's side of the connection to the process that ships its spool. Whatever becomes of that process, what was
 * written comes to the disk in time: by the shipper if it answers, else by the application itself.
 */
export class ShipperLink implements Elsewhere {
  private spool: WritingEnd | undefined;
  private stopped = false;
  private shipper: Socket | undefined;
  private readonly sockets = new Set<Socket>();
  private absence: NodeJS.Timeout | undefined;
  private asked: Asked | undefined;
  /** Whether the shipper did not answer in time to what it was asked last: until it does nobody waits for it. */
  private late = false;

  constructor(
    private readonly acknowledgements: Acknowledgements,
    private readonly log: Log,
    private readonly onFinding: (finding: SpoolFinding) => void,
  ) {}

  /** From now on a shipper is expected. */
  start(spool: WritingEnd): void {
    this.spool = spool;
    if (!this.shipper) this.missShipper();
    for (const socket of this.sockets) this.tellWritten(socket, spool);
  }

  /** Parts from all shippers, and from those that come after. */
  stop(): void {
    this.stopped = true;
    this.spool = undefined;
    clearTimeout(this.absence);
    for (const socket of this.sockets) socket.destroy();
  }

  readonly onConnection = (socket: Socket): void => {
    if (this.stopped) {
      socket.destroy();
      return;
    }
    this.sockets.add(socket.unref());
    socket.on('close', () => {
      this.sockets.delete(socket);
      if (socket === this.shipper) this.lose();
    });
    receive<FromShipper>(socket, (message) => this.hear(socket, message));
    if (this.spool) this.tellWritten(socket, this.spool);
  };

  readonly toDisk = async (file: SegmentFile, bytes: number): Promise<void> => {
    const { shipper, spool } = this;
    if (shipper && spool) {
      this.tellWritten(shipper, spool);
      if (!this.late && (await this.synced(file.header.sequence, bytes))) return;
    }
    await file.sync();
  };

  private tellWritten(socket: Socket, { segments: { active }, next }: WritingEnd): void {
    const written = { segment: active.header.sequence, bytes: active.size };
    send(socket, { written, next, awaited: this.acknowledgements.awaited });
  }

  /** Whether the shipper has it on the disk in time. */
  private synced(segment: number, bytes: number): Promise<boolean> {
    return new Promise((resolve) => {
      // A busy event loop may run the timer before it reads an answer that is there.
      const timer = setTimeout(() => setImmediate(() => this.giveUp(asked)), PATIENCE_MS);
      const answered = (synced: boolean) => {
        clearTimeout(timer);
        resolve(synced);
      };
      const asked = { segment, bytes, resolve: answered };
      this.asked = asked;
    });
  }

  private giveUp(asked: Asked): void {
    if (this.asked !== asked) return;
    this.late = true;
    this.answer(false);
  }

  private answer(synced: boolean): void {
    const { asked } = this;
    this.asked = undefined;
    asked?.resolve(synced);
  }

  private hear(socket: Socket, message: FromShipper): void {
    switch (message.tells) {
      case 'protocol':
        if (message.version === PROTOCOL) this.welcome(socket);
        else this.refuse(socket, message.version);
        break;
      case 'synced': {
        const { segment, bytes } = message.written;
        const { asked } = this;
        // What it was asked first it may answer after it was asked again.
        if (asked && asked.segment === segment && asked.bytes <= bytes) this.answer(true);
        if (segment === this.spool?.segments.active.header.sequence) this.late = false;
        break;
      }
      case 'reached':
        this.spool?.acknowledged(message.next);
        if (this.acknowledgements.outage) this.log.info({}, 'The mesh takes audit records again.');
        this.acknowledgements.reached(message.next - 1);
        break;
      case 'done':
        void this.spool?.removeBefore(message.segment).catch((err: unknown) => {
          this.log.error({ err }, 'Files that were shipped could not be removed.');
        });
        break;
      case 'outage':
        this.fail(new Error(message.why));
        break;
      case 'finding':
        this.onFinding(message.finding);
        break;
    }
  }

  private welcome(socket: Socket): void {
    clearTimeout(this.absence);
    this.shipper = socket;
    this.late = false;
    this.log.info({}, 'The shipper is there.');
  }

  private refuse(socket: Socket, version: number): void {
    this.log.error({ version, expected: PROTOCOL }, 'The shipper is of another version; give both the same.');
    socket.destroy();
  }

  private lose(): void {
    this.shipper = undefined;
    this.answer(false);
    if (!this.spool) return;
    this.log.warn({}, 'The shipper is gone; audit records stay in the spool until there is one again.');
    this.missShipper();
  }

  private missShipper(): void {
    clearTimeout(this.absence);
    this.absence = setTimeout(
      () => this.fail(new Error('No process ships the records of the spool; start one.')),
      ABSENCE_MS,
    ).unref();
  }

  private fail(cause: Error): void {
    const fields = { err: cause, pending: this.spool?.pending };
    if (!this.acknowledgements.outage)
      this.log.warn(fields, 'The mesh takes no audit records; they stay in the spool until it does.');
    this.acknowledgements.failed(cause);
  }
}
