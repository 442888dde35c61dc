import type { Socket } from 'node:net';
import type { SpoolFinding } from '../spool/recovery.js';
import type { Written } from './found-segments.js';

/** Both understand each other only if they agree on it. */
export const PROTOCOL = 1;

/** What the application tells the shipper: how far it has written, which is asked to be brought to the disk. */
export interface FromApplication {
  written: Written;
  /** Sequence that the next record will have. */
  next: number;
  /** Whether somebody waits until the mesh has these records. */
  awaited: boolean;
}

/** What the shipper tells the application. */
export type FromShipper =
  /** The first that it says. */
  | { tells: 'protocol'; version: number }
  /** All that was written up to there is on the disk. */
  | { tells: 'synced'; written: Written }
  /** The mesh has all records before this sequence. */
  | { tells: 'reached'; next: number }
  /** No file before this one is needed again. */
  | { tells: 'done'; segment: number }
  /** The mesh takes no records. */
  | { tells: 'outage'; why: string }
  | { tells: 'finding'; finding: SpoolFinding };

/** A message is a line of JSON. */
export const send = (socket: Socket, message: FromApplication | FromShipper): void =>
  void socket.write(`${JSON.stringify(message)}\n`);

/** Hands on each message, in their order. What is none ends the connection. */
export function receive<M>(socket: Socket, hear: (message: M) => void): void {
  let rest = '';
  // What becomes of a broken connection its end tells.
  socket.on('error', () => undefined);
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    try {
      for (const line of lines) hear(JSON.parse(line) as M);
    } catch {
      socket.destroy();
    }
  });
}
