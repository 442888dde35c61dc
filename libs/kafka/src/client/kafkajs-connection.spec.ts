import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createLogger } from 'kafkajs/src/loggers/index.js';
import Connection from 'kafkajs/src/network/connection.js';
import socketFactory from 'kafkajs/src/network/socketFactory.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { kafkajsLogCreator, silent } from './logging.js';

const REQUEST_TIMEOUT_MS = 150;
const API_VERSIONS = { apiKey: 18, apiName: 'ApiVersions', apiVersion: 0 };
/** A request without a body, whose answer is text. */
const question = {
  request: { ...API_VERSIONS, encode: async () => new Encoder() },
  response: {
    decode: async (payload: Buffer) => ({ text: payload.toString() }),
    parse: async ({ text }: { text: string }) => text,
  },
  logResponseError: false,
};

/** A broker that does with each request, counted from 0 over all connections, what it is told. */
class ScriptedBroker {
  connections = 0;
  private requests = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(answer: (request: number, correlationId: Buffer, socket: Socket) => void) {
    this.server = createServer((socket) => {
      this.connections++;
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        for (let at = 0; at < bytes.length; at += 4 + bytes.readInt32BE(at))
          answer(this.requests++, bytes.subarray(at + 8, at + 12), socket);
      });
    });
  }

  async listen(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

function answerOf(correlationId: Buffer, text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(correlationId.length + Buffer.byteLength(text));
  return Buffer.concat([length, correlationId, Buffer.from(text)]);
}

const connectionTo = (port: number) =>
  new Connection({
    host: '127.0.0.1',
    port,
    logger: createLogger({ level: 0, logCreator: kafkajsLogCreator(silent) }),
    socketFactory: socketFactory(),
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: 1_000,
  });

/** Each of these fails with kafkajs as it is published; see ADR 0002. */
describe('a connection of kafkajs, patched,', () => {
  let broker: ScriptedBroker;
  let connection: Connection;
  const open = async (answer: ConstructorParameters<typeof ScriptedBroker>[0]) => {
    broker = new ScriptedBroker(answer);
    connection = connectionTo(await broker.listen());
    await connection.connect();
  };

  afterEach(async () => {
    await connection.disconnect();
    broker.close();
  });

  it('forgets half an answer of the connection before', async () => {
    await open((n, correlationId, socket) => {
      const answer = answerOf(correlationId, `answer ${n}`);
      if (n === 0) socket.end(answer.subarray(0, 10));
      else socket.write(answer);
    });
    await expect(connection.send(question)).rejects.toThrow();
    await connection.connect();
    expect(await connection.send(question)).toBe('answer 1');
  });

  it('is closed when an answer does not come, since it may be half open', async () => {
    await open((n, correlationId, socket) => {
      if (n > 0) socket.write(answerOf(correlationId, `answer ${n}`));
    });
    await expect(connection.send(question)).rejects.toThrow();
    expect(connection.isConnected()).toBe(false);
    await connection.connect();
    expect(await connection.send(question)).toBe('answer 1');
    expect(broker.connections).toBe(2);
  });

  it('is kept while a request is under way that may take longer', async () => {
    let held: Buffer | undefined;
    await open((n, correlationId, socket) => {
      if (n === 0) held = correlationId;
      else setTimeout(() => socket.write(answerOf(held!, 'joined')), 2 * REQUEST_TIMEOUT_MS);
    });
    const joined = connection.send({ ...question, requestTimeout: 10 * REQUEST_TIMEOUT_MS });
    await expect(connection.send(question)).rejects.toThrow();
    expect(await joined).toBe('joined');
    expect(broker.connections).toBe(1);
  });

  it('is one, however many ask for it at the same time', async () => {
    await open((_, correlationId, socket) => socket.write(answerOf(correlationId, 'here')));
    await connection.disconnect();
    await Promise.all([connection.connect(), connection.connect(), connection.connect()]);
    expect(await connection.send(question)).toBe('here');
    expect(broker.connections).toBe(2);
  });
});
