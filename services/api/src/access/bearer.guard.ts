import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HealthController, MetricsController, Problem, sameToken } from '@auditmesh/runtime';
import type { FastifyRequest } from 'fastify';
import { GitLabIntakeController } from '../gitlab/gitlab-intake.controller.js';

export const API_TOKEN = Symbol('API_TOKEN');
/** What may be asked without our token: by the machine that runs the service, and by GitLab, which has its own. */
const open = new Set<unknown>([HealthController, MetricsController, GitLabIntakeController]);

/** Lets only callers with the token in. */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(@Inject(API_TOKEN) private readonly token: string) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    if (open.has(context.getClass())) return true;
    const { authorization } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    const given = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1];
    if (given && sameToken(given, this.token)) return true;
    throw new Problem(401, 'Send the token as `Authorization: Bearer …`.');
  }
}
