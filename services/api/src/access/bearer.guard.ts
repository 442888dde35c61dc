import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { escapeText } from '@auditmesh/events';
import { HealthController, MetricsController, Problem, sameToken } from '@auditmesh/runtime';
import type { FastifyRequest } from 'fastify';
import { admin, has, may, type Principal } from '../domain/principal.js';
import { EvidenceKeyController } from '../evidence/evidence-key.controller.js';
import { CallbackController } from '../external-controls/callback.controller.js';
import { GitLabIntakeController } from '../gitlab/gitlab-intake.controller.js';
import { ApiTokens } from '../store/api-tokens.js';
import { Requires, type Requirement } from './requires.js';
import { lookerOf, setPrincipal } from './caller.js';
import { TrailReads } from './trail-reads.js';

export const API_TOKEN = Symbol('API_TOKEN');
/**
 * What may be asked without our token: by the machine that runs the service, by GitLab, which has its own, by whoever
 * checks an evidence pack, and with a signature.
 */
const open = new Set<unknown>([
  HealthController,
  MetricsController,
  GitLabIntakeController,
  EvidenceKeyController,
  CallbackController,
]);

/** Lets in who has a token with the permission that the route requires; a route that names none is for the admin. */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(
    @Inject(API_TOKEN) private readonly token: string,
    private readonly tokens: ApiTokens,
    private readonly reads: TrailReads,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    if (open.has(context.getClass())) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const principal = await this.principalOf(request.headers.authorization);
    setPrincipal(request, principal);
    const required = this.reflector.getAllAndOverride(Requires, [context.getHandler(), context.getClass()]);
    if (allows(principal, required)) return true;
    if (required?.shows) await this.reads.deny(lookerOf(request), required.shows, lookedFor(request));
    throw new Problem(403, refusal(required));
  }

  private async principalOf(authorization: string | undefined): Promise<Principal> {
    const given = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1];
    if (given && sameToken(given, this.token)) return admin;
    const principal = given && (await this.tokens.principal(given));
    if (!principal)
      throw new Problem(
        401,
        'Send a token that is valid as `Authorization: Bearer …`; `auditmesh tokens` has them.',
      );
    return principal;
  }
}

function allows(principal: Principal, required: Requirement | undefined): boolean {
  if (principal.permissions === 'all') return true;
  if (!required) return false;
  const { permission, everywhere } = required;
  return everywhere ? may(principal, permission, 'everywhere') : has(principal, permission);
}

function refusal(required: Requirement | undefined): string {
  if (!required) return 'Only the admin may do this.';
  const where = required.everywhere ? ', for all namespaces' : '';
  return `This needs the permission ${required.permission}${where}. Ask an admin for a token that has it.`;
}

/** What a refused request was after: its parameters, cut short, since nobody has checked them. */
function lookedFor({ query, params }: FastifyRequest): Record<string, string> {
  const given = { ...(query as Record<string, unknown>), ...(params as Record<string, unknown>) };
  return Object.fromEntries(
    PARAMETERS.flatMap((name) =>
      given[name] === undefined ? [] : [[name, escapeText(String(given[name]).slice(0, MAX_TEXT))]],
    ),
  );
}

const MAX_TEXT = 500;
const PARAMETERS = [
  ...['id', 'from', 'to', 'at', 'date_range'],
  ...['secret_id', 'user_identity', 'access_type', 'outcome', 'ip'],
  ...['project', 'namespace', 'framework', 'requirement', 'control', 'status', 'severity', 'actor'],
  ...['format', 'interval', 'group_by'],
];
