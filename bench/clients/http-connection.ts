import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const LENGTH = 'content-length: ';

/**
 * A connection for one request at a time, which costs a fraction of what a client library does, so that who asks is not
 * slower than who answers. It knows answers with a length only.
 */
export class HttpConnection {
  private received: Buffer = Buffer.alloc(0);
  private answered: (() => void) | undefined;
  private failure: Error | undefined;
  private readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.take(bytes));
    socket.on('close', () => this.fail(new Error('The server closed a connection.')));
    socket.on('error', (error) => this.fail(error));
  }

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new HttpConnection(socket);
  }

  /** Sends the request and calls `answered` when the whole answer is there. @throws Error if the connection is lost */
  ask(request: Buffer, answered: () => void): void {
    if (this.failure) throw this.failure;
    this.answered = answered;
    this.socket.write(request);
  }

  close(): void {
    this.socket.removeAllListeners('close').destroy();
  }

  private take(bytes: Buffer): void {
    this.received = this.received.length ? Buffer.concat([this.received, bytes]) : bytes;
    const head = this.received.indexOf(END_OF_HEAD);
    if (head < 0) return;
    const text = this.received.toString('latin1', 0, head);
    if (!text.startsWith('HTTP/1.1 200')) return this.fail(new Error(`An answer began ${text.slice(0, 40)}`));
    const at = text.toLowerCase().indexOf(LENGTH) + LENGTH.length;
    const end = head + END_OF_HEAD.length + parseInt(text.slice(at), 10);
    if (this.received.length < end) return;
    this.received = this.received.subarray(end);
    const { answered } = this;
    this.answered = undefined;
    answered?.();
  }

  /** Whoever asks next learns of it. */
  private fail(error: Error): void {
    this.failure ??= error;
    this.socket.destroy();
    this.answered?.();
  }
}
