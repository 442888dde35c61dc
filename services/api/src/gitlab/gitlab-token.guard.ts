import { Problem, sameToken } from '@auditmesh/runtime';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

export const GITLAB_INTAKE = Symbol('GITLAB_INTAKE');

/** What the intake of GitLab's events is told. */
export interface GitLabIntake {
  /** Token of the streaming destination; undefined: there is no intake. */
  token: string | undefined;
  /** Name of the instance, part of the source of its events. */
  instance: string;
}

/** Lets only the streaming destination of GitLab in, by the token that it sends with each event. */
@Injectable()
export class GitLabTokenGuard implements CanActivate {
  constructor(@Inject(GITLAB_INTAKE) private readonly intake: GitLabIntake) {}

  canActivate(context: ExecutionContext): boolean {
    const { token } = this.intake;
    if (token === undefined)
      throw new Problem(
        404,
        "The intake of GitLab's events is off. Set GITLAB_STREAMING_TOKEN to the token of the streaming destination and start the api again.",
      );
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const given = headers['x-gitlab-event-streaming-token'];
    if (typeof given === 'string' && sameToken(given, token)) return true;
    throw new Problem(
      401,
      "Send the streaming destination's verification token as X-Gitlab-Event-Streaming-Token; here it is GITLAB_STREAMING_TOKEN.",
    );
  }
}
