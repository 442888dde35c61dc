import type { Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

/** An error, since kafkajs keeps its timers for a socket that closes without one. */
const ENDED = 'it was disconnected, which is for good';

/** What of kafkajs holds connections. */
interface Connected {
  disconnect(): Promise<void>;
}

/**
 * The connections of one producer, admin or cluster. kafkajs connects again whenever something of it still runs that was
 * under way, and nobody would end that connection; so a disconnect is the last there is to it.
 */
export class Connections {
  private readonly open = new Set<Socket>();
  private ended = false;

  constructor(private readonly create: ISocketFactory) {}

  /** @throws Error once they were ended, which kafkajs tells as a failure to connect */
  readonly factory: ISocketFactory = (options) => {
    if (this.ended) throw new Error(ENDED);
    const socket = this.create(options);
    this.open.add(socket);
    socket.once('close', () => this.open.delete(socket));
    return socket;
  };

  /** Ends them at once, whatever is under way. */
  end(): void {
    this.ended = true;
    for (const socket of this.open) socket.destroy(new Error(ENDED));
  }

  /** Gives back their owner, whose `disconnect` waits for requests that are under way, and is final. */
  endedBy<O extends Connected>(owner: O): O {
    const disconnect = owner.disconnect.bind(owner);
    owner.disconnect = async () => {
      this.ended = true;
      await disconnect().finally(() => this.destroyForgotten());
    };
    return owner;
  }

  private destroyForgotten(): void {
    for (const socket of this.open) if (!socket.writableEnded) socket.destroy(new Error(ENDED));
  }
}
