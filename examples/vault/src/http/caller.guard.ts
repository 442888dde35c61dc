import {
  createParamDecorator,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../secrets/secrets.js';
import { Users } from '../users/users.js';

type CallersRequest = FastifyRequest & { caller: Caller };

/** Lets in who has a token, and notes on the request who it is. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(private readonly users: Users) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<CallersRequest>();
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const user = token && (await this.users.byToken(token));
    if (!user) throw new UnauthorizedException('Send a token of yours as "Authorization: Bearer …".');
    request.caller = { ...user, ip: request.ip, userAgent: request.headers['user-agent'] };
    return true;
  }
}

/** The caller that the guard let in. */
export const Calling = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<CallersRequest>().caller,
);
