import { Problem } from '@auditmesh/runtime';
import { Body, Controller, Headers, HttpCode, Post, Res, UseGuards } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AcceptedAuditEvent } from '../audit-events/posted-audit-event.js';
import { GitLabPayload } from './gitlab-payload.json.js';
import { GitLabTokenGuard } from './gitlab-token.guard.js';
import { TakeGitLabEvent } from './take-gitlab-event.js';

/** GitLab's type of content where the destination has no header for it; the content is JSON all the same. */
export const GITLAB_CONTENT_TYPE = 'application/x-www-form-urlencoded';

@ApiTags('GitLab')
@Controller('api/v1/intake/gitlab')
export class GitLabIntakeController {
  constructor(private readonly intake: TakeGitLabEvent) {}

  @Post()
  @HttpCode(202)
  @UseGuards(GitLabTokenGuard)
  @ApiOperation({ summary: "Take an event from GitLab's audit event streaming" })
  @ApiHeader({
    name: 'X-Gitlab-Event-Streaming-Token',
    required: true,
    description: 'The verification token of the streaming destination',
  })
  @ApiHeader({
    name: 'X-Gitlab-Audit-Event-Type',
    required: false,
    description: 'Where the body has no type',
  })
  @ApiConsumes('application/json', GITLAB_CONTENT_TYPE)
  @ApiBody({ type: GitLabPayload })
  @ApiAcceptedResponse({ type: AcceptedAuditEvent, description: 'The event is written' })
  @ApiNotFoundResponse({ description: 'GITLAB_STREAMING_TOKEN is not set' })
  async take(
    @Body() body: unknown,
    @Headers('x-gitlab-audit-event-type') type: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedAuditEvent> {
    const { repeated, ...accepted } = await this.intake.take(payloadOf(body), type);
    if (repeated) void reply.header('idempotent-replayed', 'true');
    void reply.header('location', `/api/v1/audit-events/${accepted.id}`);
    return accepted;
  }
}

function payloadOf(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new Problem(400, `The body is no JSON: ${(cause as Error).message}.`, [], { cause });
  }
}
