import { Problem } from '@auditmesh/runtime';
import { ApiHeader, ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

/** Documents `?wait=projected`. */
export const Wait = (): MethodDecorator =>
  ApiQuery({
    name: 'wait',
    required: false,
    enum: ['projected'],
    description: 'Answer only when every part of the mesh can know of it',
  });

/** Documents `If-Match`. */
export const IfMatch = (): MethodDecorator =>
  ApiHeader({
    name: 'if-match',
    required: false,
    description: 'Version that it must have; 412 if it has another',
  });

/** The version that `If-Match` asks for; undefined if any will do. @throws Problem 400 */
export function versionOfHeader({ headers }: FastifyRequest): string | undefined {
  const header = headers['if-match'];
  if (header === undefined || header === '*') return undefined;
  const [, version] = /^"([0-9a-f]{16})"$/.exec(header) ?? [];
  if (version === undefined)
    throw Problem.parameter('if-match', 'it must be an ETag of a framework, in quotes.');
  return version;
}
