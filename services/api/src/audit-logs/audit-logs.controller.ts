import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiForbiddenResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Caller } from '../access/caller.js';
import { Requires } from '../access/requires.js';
import { TrailReads } from '../access/trail-reads.js';
import { AuditEventSearch } from '../audit-events/audit-event-search.js';
import { sightOf } from '../domain/event-filter.js';
import { accessOf } from '../domain/secret-events.js';
import type { Looker } from '../domain/trail-read.js';
import { linkNext } from '../lists/link-next.js';
import { Problem } from '@auditmesh/runtime';
import { AuditLogJson, auditLogOf, AuditLogPage } from './audit-log.json.js';
import { auditLogsFilter, AuditLogsQuery } from './audit-logs.query.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The use of secrets, by the names that the requirement gives it. */
@ApiTags('Audit logs')
@ApiBearerAuth()
@ApiForbiddenResponse({ description: 'Without the permission secret_audit:read; the attempt is recorded' })
@Controller(['api/audit-logs', 'api/v1/audit-logs'])
@Requires({ permission: 'secret_audit:read', shows: 'secrets' })
export class AuditLogsController {
  constructor(
    private readonly search: AuditEventSearch,
    private readonly reads: TrailReads,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Who used which secret, the newest first' })
  @ApiOkResponse({ type: AuditLogPage })
  async list(
    @Query() { limit, cursor, ...query }: AuditLogsQuery,
    @Caller() looker: Looker,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuditLogPage> {
    const filter = auditLogsFilter(query, looker.principal);
    const { items, next } = await this.search.page(filter, { limit, cursor, of: query });
    await this.reads.allow(looker, 'secrets', query);
    linkNext(request, reply, next);
    return { items: items.map(auditLogOf), next };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One use of a secret' })
  @ApiOkResponse({ type: AuditLogJson })
  async get(@Param('id') id: string, @Caller() looker: Looker): Promise<AuditLogJson> {
    if (!UUID.test(id)) throw Problem.parameter('id', 'it must be a UUID.');
    const event = await this.search.byId(id, sightOf(looker.principal));
    if (!event || accessOf(event.type) === undefined)
      throw new Problem(404, `There is no use of a secret ${id}, or it is not projected yet.`);
    await this.reads.allow(looker, 'secrets', { id });
    return auditLogOf(event);
  }
}
