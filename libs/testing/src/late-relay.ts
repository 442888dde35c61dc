import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port.js';

/** An address at which nobody answers until the relay is opened; from then on a server elsewhere does. */
export class LateRelay {
  private server: Server | undefined;
  private readonly joined = new Set<Socket>();

  private constructor(
    private readonly target: URL,
    private readonly port: number,
  ) {}

  static async to(url: string): Promise<LateRelay> {
    return new LateRelay(new URL(url), await freePort());
  }

  /** The target's URL, by way of the relay. */
  get url(): string {
    return Object.assign(new URL(this.target), { hostname: '127.0.0.1', port: String(this.port) }).href;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Sockets that are open, two for each connection. */
  get sockets(): number {
    return this.joined.size;
  }

  async open(): Promise<void> {
    const { port, hostname } = this.target;
    this.server = createServer((near) => {
      const far = connect(Number(port), hostname);
      this.join(near, far);
      this.join(far, near);
    }).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  close(): void {
    this.server?.close();
    for (const socket of this.joined) socket.destroy();
  }

  private join(from: Socket, to: Socket): void {
    this.joined.add(from);
    from.on('close', () => this.joined.delete(from) && to.destroy());
    from.on('error', () => to.destroy());
    from.pipe(to);
  }
}
