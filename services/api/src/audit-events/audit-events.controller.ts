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
import { Caller } from '../access/caller.js';
import { Requires } from '../access/requires.js';
import { TrailReads } from '../access/trail-reads.js';
import { sightOf } from '../domain/event-filter.js';
import type { Looker } from '../domain/trail-read.js';
import { linkNext } from '../lists/link-next.js';
import { ProjectedOffsets } from '../store/projected-offsets.js';
import { AffectedProjects, AffectedProjectsPage, AffectedProjectsQuery } from './affected-projects.js';
import { AuditEventJson, AuditEventPage } from './audit-event.json.js';
import { AuditEventSearch } from './audit-event-search.js';
import { filterOf } from './filter-of-query.js';
import { PostAuditEvent } from './post-audit-event.js';
import { AcceptedAuditEvent, PostedAuditEvent } from './posted-audit-event.js';
import { SearchAuditEventsQuery } from './search-audit-events.query.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const KEY = /^[\x21-\x7e]{1,200}$/;
const WAIT_MS = 30_000;

@ApiTags('Audit events')
@ApiBearerAuth()
@Controller('api/v1/audit-events')
export class AuditEventsController {
  constructor(
    private readonly search: AuditEventSearch,
    private readonly reads: TrailReads,
    private readonly intake: PostAuditEvent,
    private readonly projected: ProjectedOffsets,
    private readonly affected: AffectedProjects,
  ) {}

  @Get()
  @Requires({ permission: 'audit_events:read' })
  @ApiOperation({ summary: 'Search the trail, the newest first' })
  @ApiOkResponse({ type: AuditEventPage })
  async list(
    @Query() { limit, cursor, ...query }: SearchAuditEventsQuery,
    @Caller() looker: Looker,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuditEventPage> {
    await this.reads.refuse(looker, query);
    const page = await this.search.page(filterOf(query, looker.principal), { limit, cursor, of: query });
    await this.reads.allowThese(looker, query, page.items);
    linkNext(request, reply, page.next);
    return page;
  }

  @Get(':id')
  @Requires({ permission: 'audit_events:read' })
  @ApiOperation({ summary: 'One event' })
  @ApiOkResponse({ type: AuditEventJson })
  async get(@Param('id') id: string, @Caller() looker: Looker): Promise<AuditEventJson> {
    if (!UUID.test(id)) throw Problem.parameter('id', 'it must be a UUID.');
    const event = await this.search.byId(id, sightOf(looker.principal));
    if (!event) throw new Problem(404, `There is no audit event ${id}, or it is not projected yet.`);
    await this.reads.allowThese(looker, { id }, [event]);
    return event;
  }

  @Get(':id/affected-projects')
  @Requires({ permission: 'audit_events:read' })
  @ApiOperation({ summary: 'All projects that an event affects, by ascending id' })
  @ApiOkResponse({ type: AffectedProjectsPage })
  async affectedProjects(
    @Param('id') id: string,
    @Query() query: AffectedProjectsQuery,
    @Caller() { principal }: Looker,
  ): Promise<AffectedProjectsPage> {
    if (!UUID.test(id)) throw Problem.parameter('id', 'it must be a UUID.');
    return this.affected.page(id, query, sightOf(principal));
  }

  @Post()
  @Requires({ permission: 'audit_events:write' })
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
    @Caller() { principal }: Looker,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedAuditEvent> {
    if (!key || !KEY.test(key))
      throw Problem.parameter(
        'Idempotency-Key',
        'send 1 to 200 visible ASCII characters, new for each event.',
      );
    if (wait !== undefined && wait !== 'projected')
      throw Problem.parameter('wait', 'it can only be `projected`.');
    const { repeated, ...accepted } = await this.intake.post(event, principal, key);
    if (repeated) void reply.header('idempotent-replayed', 'true');
    void reply.header('location', `/api/v1/audit-events/${accepted.id}`);
    if (wait && !(await this.projected.includes(topics.auditEvents.name, accepted, WAIT_MS))) {
      throw new Problem(504, 'The event is accepted but not searchable yet.');
    }
    return accepted;
  }
}
