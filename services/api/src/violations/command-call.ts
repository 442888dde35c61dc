import { Problem } from '@auditmesh/runtime';
import { applyDecorators, createParamDecorator, HttpCode, type ExecutionContext } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiQuery,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { lookerOf } from '../access/caller.js';
import type { Looker } from '../domain/trail-read.js';
import { AcceptedCommand } from './violation-asked.json.js';
import { UUID } from './violation-id.js';

const KEY = /^[\x21-\x7e]{1,200}$/;

/** What a call that asks the engine says besides its body. */
export interface CommandCall {
  /** Of the violation. */
  id: string;
  /** Of idempotency. */
  key: string;
  /** Whether the answer waits until the change can be seen. */
  wait: boolean;
  looker: Looker;
}

/** The call, as a parameter of a handler. @throws Problem 400 naming what is wrong with it */
export const Call = createParamDecorator((_data: unknown, context: ExecutionContext): CommandCall => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const { id } = request.params as { id: string };
  const { wait } = request.query as { wait?: string };
  const key = request.headers['idempotency-key'];
  if (!UUID.test(id)) throw Problem.parameter('id', 'it must be a UUID.');
  if (typeof key !== 'string' || !KEY.test(key))
    throw Problem.parameter('Idempotency-Key', 'send 1 to 200 visible ASCII characters, new for each call.');
  if (wait !== undefined && wait !== 'projected')
    throw Problem.parameter('wait', 'it can only be `projected`.');
  return { id: id.toLowerCase(), key, wait: wait !== undefined, looker: lookerOf(request) };
});

/** What all routes that ask the engine have in common. */
export const Asks = (summary: string): MethodDecorator =>
  applyDecorators(
    HttpCode(202),
    ApiOperation({ summary }),
    ApiParam({ name: 'id', format: 'uuid' }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: true,
      description: 'Repeating a call with the same key and body changes nothing more',
    }),
    ApiQuery({
      name: 'wait',
      required: false,
      enum: ['projected'],
      description: 'Answer only when the change can be seen',
    }),
    ApiAcceptedResponse({ type: AcceptedCommand }),
    ApiConflictResponse({ description: 'The violation, as it is, does not allow it; and what it allows' }),
  );
