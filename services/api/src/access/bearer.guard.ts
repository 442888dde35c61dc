import { hash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HealthController, MetricsController } from '@auditmesh/runtime';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.js';

export const API_TOKEN = Symbol('API_TOKEN');
/** What may be asked without a token: by the machine that runs the service. */
const open = new Set<unknown>([HealthController, MetricsController]);

/** Lets only callers with the token in. */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(@Inject(API_TOKEN) private readonly token: string) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    if (open.has(context.getClass())) return true;
    const { authorization } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    const given = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1];
    if (given && equal(given, this.token)) return true;
    throw new Problem(401, 'Send the token as `Authorization: Bearer …`.');
  }
}

/** Takes the same time wherever the texts differ. */
const equal = (a: string, b: string): boolean =>
  timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
