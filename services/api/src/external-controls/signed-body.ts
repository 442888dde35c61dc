import { Readable } from 'node:stream';
import { Problem } from '@auditmesh/runtime';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';

/** No callback needs more. */
const MAX_BYTES = 4_096;
/** End of the routes whose bodies are signed. */
export const STATUS_ROUTE = 'compliance_external_controls/:control/status';

const bodies = new WeakMap<FastifyRequest, Buffer>();

/** Keeps the bodies of signed requests as they came, since a signature is over bytes; a longer one is refused before it is read. */
export function keepSignedBodies(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('preParsing', async (request, _reply, payload) => {
      if (!request.routeOptions.url?.endsWith(STATUS_ROUTE)) return payload;
      const body = await readBody(payload, Number(request.headers['content-length'] ?? 0));
      bodies.set(request, body);
      return Readable.from(body.length ? [body] : []);
    });
}

/** The body byte by byte; empty where there was none. */
export const signedBodyOf = (request: FastifyRequest): Buffer => bodies.get(request) ?? Buffer.alloc(0);

async function readBody(payload: AsyncIterable<unknown>, announced: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  if (announced > MAX_BYTES) throw tooLarge();
  for await (const part of payload) {
    size += (part as Buffer).length;
    if (size > MAX_BYTES) throw tooLarge();
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

const tooLarge = (): Problem => new Problem(413, `A verdict has at most ${MAX_BYTES} bytes.`);
