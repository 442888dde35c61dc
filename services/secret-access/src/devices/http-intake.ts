import type { Readable } from 'node:stream';
import { sameToken, titleOf } from '@auditmesh/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LineSplitter, type RawLine } from '../domain/devices/line-splitter.js';
import type { DeviceIntake, Taken } from './device-intake.js';

export interface HttpIntakeOptions {
  /** By device. */
  tokens: ReadonlyMap<string, string>;
  lineBytes: number;
  waitMs: number;
}

type Request = FastifyRequest<{ Params: { device: string } }>;

/** Bytes of lines that one body may hold. */
const BODY_BYTES = 8 * 1024 * 1024;
const RETRY_AFTER_S = 1;

/**
 * Serves `POST /api/v1/intake/openbao/{device}`. It stands beside the controllers, since OpenBao names no content type and
 * a body of any kind has to be taken: what OpenBao gets no 2xx for, it refuses to its own client.
 */
export function serveDevices(
  server: FastifyInstance,
  intake: DeviceIntake,
  options: HttpIntakeOptions,
): void {
  void server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    scope.post('/api/v1/intake/openbao/:device', (request: Request, reply) =>
      answer(request, reply, intake, options),
    );
  });
}

async function answer(
  request: Request,
  reply: FastifyReply,
  intake: DeviceIntake,
  { tokens, lineBytes, waitMs }: HttpIntakeOptions,
): Promise<unknown> {
  const { device } = request.params;
  const token = tokens.get(device);
  if (token === undefined)
    return refuse(reply, 404, 'There is no intake for this device; name it with a token in DEVICE_TOKENS.');
  if (!hasToken(request, token))
    return refuse(
      reply,
      401,
      'Send the token of the device as `Authorization: Bearer …` or X-Auditmesh-Token.',
    );
  const body = request.body as Readable | undefined;
  const lines = await linesOf(body, lineBytes).catch(() => null); // the caller went away
  if (lines === null) return refuse(reply, 400, 'The body ended before its end.');
  if (!lines) return refuse(reply, 413, `Send at most ${BODY_BYTES} bytes of lines at a time.`);
  const source = { device, intake: 'http', place: `request ${request.id}` };
  const work = intake.take(source, lines);
  try {
    return reply.status(202).send(await within<Taken>(waitMs, work));
  } catch (error) {
    intake.refuse(device, lines.length, error, work);
    void reply.header('retry-after', RETRY_AFTER_S);
    return refuse(reply, 503, 'Kafka does not take the lines at the moment; send them again.');
  }
}

function hasToken({ headers }: Request, token: string): boolean {
  const own = headers['x-auditmesh-token'];
  const given = typeof own === 'string' ? own : /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1];
  return given !== undefined && sameToken(given, token);
}

/** The lines of a body, the last of which may lack its newline; undefined if they are too many. */
async function linesOf(body: Readable | undefined, lineBytes: number): Promise<RawLine[] | undefined> {
  const splitter = new LineSplitter(lineBytes);
  const lines: RawLine[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    for (const line of splitter.push(chunk as Buffer)) {
      bytes += (line.bytes?.length ?? 0) + 100;
      lines.push(line);
    }
    if (bytes > BODY_BYTES) return undefined;
  }
  const last = splitter.end();
  return last ? [...lines, last] : lines;
}

/** @throws Error when it takes longer */
async function within<T>(waitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Kafka did not take the lines within ${waitMs} ms.`)), waitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

const refuse = (reply: FastifyReply, status: number, detail: string): FastifyReply =>
  reply
    .status(status)
    .header('content-type', 'application/problem+json')
    .send({ type: 'about:blank', title: titleOf(status), status, detail });
