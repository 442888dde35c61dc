import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../domain/principal.js';
import type { Looker } from '../domain/trail-read.js';

const principals = new WeakMap<FastifyRequest, Principal>();

export const setPrincipal = (request: FastifyRequest, principal: Principal): void =>
  void principals.set(request, principal);

/** Who calls. @throws Error on a route that no guard stands before */
export function lookerOf(request: FastifyRequest): Looker {
  const principal = principals.get(request);
  if (!principal) throw new Error('Nobody has looked who calls.');
  return { principal, ip: request.ip, userAgent: request.headers['user-agent']?.slice(0, 500) ?? null };
}

/** The caller, as a parameter of a handler. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Looker =>
  lookerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
