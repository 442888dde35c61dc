import { isRetriable } from '@auditmesh/kafka';
import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseAway } from '../database-away.js';
import type { Logger } from '../log.js';
import { LOG } from '../runtime.module.js';
import { Problem, titleOf, type ProblemDetails } from './problem.js';

const RETRY_AFTER_S = 5;

/** Makes every error an answer of application/problem+json; what is our fault is logged and not shown. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOG) private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const problem = this.problemOf(error);
    if (problem.status >= 500)
      this.log.error({ err: error, method: request.method, url: request.routeOptions?.url }, problem.title);
    if (problem.status === 503 || problem.status === 429)
      void reply.header('retry-after', (error as Partial<Problem>).retryAfterS ?? RETRY_AFTER_S);
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply.status(problem.status).header('content-type', 'application/problem+json').send(problem);
  }

  private problemOf(error: unknown): ProblemDetails {
    const status = statusOf(error);
    const problem: ProblemDetails = { type: 'about:blank', title: titleOf(status), status };
    if (error instanceof Problem && error.errors.length) problem.errors = error.errors;
    if (status === 503)
      return { ...problem, detail: 'Something this depends on does not answer at the moment; try again.' };
    if (status >= 500) return problem;
    if (error instanceof HttpException && typeof error.getResponse() === 'object')
      return { ...problem, ...(error.getResponse() as object), status };
    return { ...problem, detail: (error as Error).message };
  }
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = error as { statusCode?: number };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return statusCode;
  return isRetriable(error) || isDatabaseAway(error) ? 503 : 500;
}
