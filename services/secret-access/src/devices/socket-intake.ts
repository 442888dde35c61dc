import { chmod, lstat, unlink } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '@auditmesh/runtime';
import { LineSplitter } from '../domain/devices/line-splitter.js';
import type { DeviceIntake } from './device-intake.js';
import { untilTaken } from './until-taken.js';

export interface SocketAddress {
  device: string;
  /** tcp://host:port or unix:///path */
  url: string;
}

/** What may still arrive from a connection when we stop: bytes that the store has written are on their way. */
const DRAIN_QUIET_MS = 200;
const DRAIN_MAX_MS = 2_000;

/**
 * Listens where socket devices connect to. A connection is not read while its lines wait for Kafka, so memory holds one
 * chunk for each; the store's writes then block, and fail after its `write_timeout`.
 */
export class SocketIntake {
  private readonly servers: Server[] = [];
  private readonly connections = new Set<Connection>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly intake: DeviceIntake,
    private readonly lineBytes: number,
    private readonly log: Logger,
  ) {}

  /** @returns where it listens, as a URL; a port of 0 became one @throws Error if the address cannot be had */
  async listen({ device, url }: SocketAddress): Promise<string> {
    const server = createServer((socket) => void this.serve(device, socket));
    const path = url.startsWith('unix://') ? url.slice('unix://'.length) : undefined;
    const { hostname, port } = path === undefined ? new URL(url) : { hostname: '', port: '' };
    if (path !== undefined) await removeOldSocket(path);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      if (path !== undefined) server.listen(path, resolve);
      else server.listen(Number(port), hostname.replace(/^\[|\]$/g, ''), resolve);
    });
    if (path !== undefined) await chmod(path, 0o660);
    server.on('error', (err) => this.log.error({ err, device }, 'the socket of the audit device fails'));
    this.servers.push(server);
    const address = server.address();
    return typeof address === 'string' ? url : `tcp://${hostname}:${address!.port}`;
  }

  /** Takes what is on its way, then lets go of all connections. */
  async stop(): Promise<void> {
    for (const server of this.servers) server.close();
    await Promise.all([...this.connections].map((connection) => connection.drain()));
    this.stopping.abort();
    await Promise.all([...this.connections].map((connection) => connection.done));
  }

  private async serve(device: string, socket: Socket): Promise<void> {
    const connection = new Connection(socket, (chunks, place) => this.read(device, chunks, place));
    this.connections.add(connection);
    await connection.done.catch((err: unknown) =>
      this.log.warn({ err, device }, 'a connection of the audit device ended before its lines were taken'),
    );
    this.connections.delete(connection);
  }

  private async read(device: string, chunks: AsyncIterable<Buffer>, place: string): Promise<void> {
    const splitter = new LineSplitter(this.lineBytes);
    const source = { device, intake: 'socket', place };
    const take = (...args: [Parameters<DeviceIntake['take']>[1], Parameters<DeviceIntake['take']>[2]?]) =>
      untilTaken(() => this.intake.take(source, ...args), device, this.log, this.stopping.signal);
    for await (const chunk of chunks) {
      const lines = splitter.push(chunk);
      if (lines.length) await take(lines);
    }
    const cut = splitter.end();
    if (cut) await take([], cut);
  }
}

let connectionsSoFar = 0;

/** One connection, read in order. */
class Connection {
  readonly done: Promise<void>;
  private heardAt = Date.now();

  constructor(
    private readonly socket: Socket,
    read: (chunks: AsyncIterable<Buffer>, place: string) => Promise<void>,
  ) {
    this.done = read(this.chunks(), `connection ${++connectionsSoFar}`).finally(() => socket.destroy());
  }

  /** Resolves when nothing has come for a moment; then the connection is closed. */
  drain(): Promise<void> {
    const from = Date.now();
    return new Promise((resolve) => {
      const look = () => {
        const now = Date.now();
        const isQuiet = now - Math.max(this.heardAt, from) >= DRAIN_QUIET_MS;
        if (!isQuiet && now - from < DRAIN_MAX_MS && !this.socket.destroyed) return void setTimeout(look, 50);
        this.socket.destroy();
        resolve();
      };
      look();
    });
  }

  /** What comes; an end that is no good end, such as a reset, is an end like any other. */
  private async *chunks(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of this.socket) {
        this.heardAt = Date.now();
        yield chunk as Buffer;
      }
    } catch {
      // the half line that is left tells of it
    }
  }
}

/** A socket that a process left behind would be in the way. */
async function removeOldSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket()) await unlink(path);
}
