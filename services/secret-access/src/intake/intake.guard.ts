import { Problem } from '@auditmesh/runtime';
import { createParamDecorator, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { IntakeCallers } from './intake-callers.js';

const JSON_TYPE = /^application\/json\b/i;
const callers = new WeakMap<FastifyRequest, string>();

/** Lets only callers with a token in, and only JSON. */
@Injectable()
export class IntakeGuard implements CanActivate {
  constructor(private readonly known: IntakeCallers) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.known.isEmpty)
      throw new Problem(
        404,
        'The intake of accesses is off. Set SECRET_INTAKE_TOKENS to name=token pairs and start secret-access again.',
      );
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const given = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const caller = given && this.known.withToken(given);
    if (!caller) throw new Problem(401, 'Send the token as `Authorization: Bearer …`.');
    if (!JSON_TYPE.test(request.headers['content-type'] ?? ''))
      throw new Problem(415, 'Send the accesses as application/json.');
    callers.set(request, caller);
    return true;
  }
}

/** Name of the caller that IntakeGuard let in. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callers.get(context.switchToHttp().getRequest<FastifyRequest>())!,
);
