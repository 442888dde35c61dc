import { topics } from '@auditmesh/events';
import { Problem } from '@auditmesh/runtime';
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProjectedOffsets } from '../store/projected-offsets.js';
import { AffectedProjects, AffectedProjectsPage, AffectedProjectsQuery } from './affected-projects.js';
import { AuditEventJson, AuditEventPage } from './audit-event.json.js';
import { AuditEventSearch } from './audit-event-search.js';
import { PostAuditEvent } from './post-audit-event.js';
import { AcceptedAuditEvent, PostedAuditEvent } from './posted-audit-event.js';
import { SearchAuditEventsQuery } from './search-audit-events.query.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const KEY = /^[\x21-\x7e]{1,200}$/;
const WAIT_MS = 30_000;
/** Whoever holds the one token; callers get names with their own tokens. */
const CALLER = 'admin';

@ApiTags('Audit events')
@ApiBearerAuth()
@Controller('api/v1/audit-events')
export class AuditEventsController {
  constructor(
    private readonly search: AuditEventSearch,
    private readonly intake: PostAuditEvent,
    private readonly projected: ProjectedOffsets,
    private readonly affected: AffectedProjects,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Search the trail, the newest first' })
  @ApiOkResponse({ type: AuditEventPage })
  async list(
    @Query() query: SearchAuditEventsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuditEventPage> {
    const page = await this.search.page(query);
    if (page.next) {
      const url = new URL(request.url, 'http://localhost');
      url.searchParams.set('cursor', page.next);
      void reply.header('link', `<${url.pathname}${url.search}>; rel="next"`);
    }
    return page;
  }

  @Get(':id')
  @ApiOperation({ summary: 'One event' })
  @ApiOkResponse({ type: AuditEventJson })
  async get(@Param('id') id: string): Promise<AuditEventJson> {
    if (!UUID.test(id)) throw Problem.parameter('id', 'it must be a UUID.');
    const event = await this.search.byId(id);
    if (!event) throw new Problem(404, `There is no audit event ${id}, or it is not projected yet.`);
    return event;
  }

  @Get(':id/affected-projects')
  @ApiOperation({ summary: 'All projects that an event affects, by ascending id' })
  @ApiOkResponse({ type: AffectedProjectsPage })
  async affectedProjects(
    @Param('id') id: string,
    @Query() query: AffectedProjectsQuery,
  ): Promise<AffectedProjectsPage> {
    if (!UUID.test(id)) throw Problem.parameter('id', 'it must be a UUID.');
    return this.affected.page(id, query);
  }

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Send an event without Kafka' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: true,
    description: 'Repeating a call with the same key and body gives the same event',
  })
  @ApiQuery({
    name: 'wait',
    required: false,
    enum: ['projected'],
    description: 'Answer only when the event can be searched',
  })
  @ApiAcceptedResponse({ type: AcceptedAuditEvent })
  async post(
    @Body() event: PostedAuditEvent,
    @Headers('idempotency-key') key: string | undefined,
    @Query('wait') wait: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedAuditEvent> {
    if (!key || !KEY.test(key))
      throw Problem.parameter(
        'Idempotency-Key',
        'send 1 to 200 visible ASCII characters, new for each event.',
      );
    if (wait !== undefined && wait !== 'projected')
      throw Problem.parameter('wait', 'it can only be `projected`.');
    const { repeated, ...accepted } = await this.intake.post(event, CALLER, key);
    if (repeated) void reply.header('idempotent-replayed', 'true');
    void reply.header('location', `/api/v1/audit-events/${accepted.id}`);
    if (wait && !(await this.projected.includes(topics.auditEvents.name, accepted, WAIT_MS))) {
      throw new Problem(504, 'The event is accepted but not searchable yet.');
    }
    return accepted;
  }
}
