import { connect } from 'node:net';

const metadataKey = 3;
const metadataVersion = 1;
const patienceMs = 2000;

/** A metadata request that asks for no topic: size, key, version, correlation id, no client id, empty list. */
function metadataRequest(): Buffer {
  const request = Buffer.alloc(18);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(metadataKey, 4);
  request.writeInt16BE(metadataVersion, 6);
  request.writeInt32BE(1, 8);
  request.writeInt16BE(-1, 12);
  request.writeInt32BE(0, 14);
  return request;
}

/** True once a Kafka node of 127.0.0.1 answers that a broker, itself, is in service; topics can then be made. */
export function kafkaServes(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let answer = Buffer.alloc(0);
    const done = (serves: boolean) => {
      socket.destroy();
      resolve(serves);
    };
    socket.setTimeout(patienceMs, () => done(false));
    socket.on('error', () => done(false));
    socket.on('close', () => done(false));
    socket.on('connect', () => socket.write(metadataRequest()));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length >= 12) done(answer.readInt32BE(8) > 0);
    });
  });
}
