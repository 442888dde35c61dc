import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiGoneResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiPropertyOptional,
  ApiTags,
  ApiTooManyRequestsResponse,
} from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { Caller } from '../access/caller.js';
import { Requires } from '../access/requires.js';
import { TrailReads } from '../access/trail-reads.js';
import { filterOf } from '../audit-events/filter-of-query.js';
import { AuditEventsFilterQuery } from '../audit-events/search-audit-events.query.js';
import type { Looker } from '../domain/trail-read.js';
import { TailStreams } from './tail-streams.js';

class TailQuery extends AuditEventsFilterQuery {
  @ApiPropertyOptional({ description: 'As the header Last-Event-ID, for clients that cannot send it' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  last_event_id?: string;
}

@ApiTags('Audit events')
@ApiBearerAuth()
@Controller('api/v1/audit-events/tail')
@Requires({ permission: 'audit_events:read' })
export class TailController {
  constructor(
    private readonly streams: TailStreams,
    private readonly reads: TrailReads,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'New events as they are written, as server-sent events',
    description:
      'Each message is an event as JSON; its id is where to go on from. A line of comment with an id comes when nothing else does. An event named `cut` says why the server ends the stream; come again with the last id.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Goes on after it, without a gap' })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiGoneResponse({ description: 'What follows the id is not kept any more' })
  @ApiTooManyRequestsResponse({ description: 'Too many streams are open' })
  async tail(
    @Query() { last_event_id, ...query }: TailQuery,
    @Headers('last-event-id') header: string | undefined,
    @Caller() looker: Looker,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.reads.refuse(looker, query);
    const filter = filterOf(query, looker.principal);
    await this.streams.serve(reply, looker, filter, query, header || last_event_id || undefined);
  }
}
