import { Problem } from '@auditmesh/runtime';
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Caller } from '../access/caller.js';
import { Requires } from '../access/requires.js';
import { TrailReads } from '../access/trail-reads.js';
import type { Looker } from '../domain/trail-read.js';
import { linkNext } from '../lists/link-next.js';
import { ViolationChanges } from '../store/violation-changes.js';
import { contentTypes, exportFormats, exportOf, type ExportFormat } from './export-violations.js';
import { historyJson, ViolationWithHistoryJson } from './violation-history.json.js';
import { ViolationPage } from './violation.json.js';
import { ViolationSearch } from './violation-search.js';
import { ViolationStatistics } from './violation-statistics.js';
import { ViolationStatisticsJson, ViolationStatisticsQuery } from './violation-statistics.query.js';
import { UUID, noSuchViolation } from './violation-id.js';
import { ViolationsFilterQuery, ViolationsQuery } from './violations.query.js';

class ExportQuery extends ViolationsFilterQuery {
  @ApiPropertyOptional({ enum: exportFormats, default: 'csv' })
  @IsOptional()
  @IsIn(exportFormats)
  format: ExportFormat = 'csv';
}

@ApiTags('Violations')
@ApiBearerAuth()
@Controller('api/v1/violations')
@Requires({ permission: 'compliance:read', shows: 'violations' })
export class ViolationsController {
  constructor(
    private readonly search: ViolationSearch,
    private readonly changes: ViolationChanges,
    private readonly statistics: ViolationStatistics,
    private readonly reads: TrailReads,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Violations, the newest first' })
  @ApiOkResponse({ type: ViolationPage })
  async list(
    @Query() { limit, cursor, ...query }: ViolationsQuery,
    @Caller() looker: Looker,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ViolationPage> {
    const filter = await this.search.filterOf(query, looker.principal);
    const page = await this.search.page(filter, { limit, cursor, of: query });
    await this.reads.allow(looker, 'violations', query);
    linkNext(request, reply, page.next);
    return page;
  }

  @Get('export')
  @Requires({ permission: 'compliance:read', shows: 'violationExport' })
  @ApiOperation({
    summary: 'All violations that the filters leave, as a file',
    description:
      'Nothing is cut off, however many there are. In CSV a text that a spreadsheet would take for a formula begins with an apostrophe.',
  })
  @ApiOkResponse({
    content: {
      'text/csv': { schema: { type: 'string' } },
      'application/jsonl': { schema: { type: 'string' } },
    },
  })
  async export(
    @Query() { format, ...query }: ExportQuery,
    @Caller() looker: Looker,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const filter = await this.search.filterOf(query, looker.principal);
    await this.reads.allow(looker, 'violationExport', { format, ...query });
    await reply
      .header('content-type', contentTypes[format])
      .header('content-disposition', `attachment; filename="violations.${format}"`)
      .send(exportOf(format, this.search.pages(filter)));
  }

  @Get('statistics')
  @Requires({ permission: 'compliance:read', shows: 'violationStatistics' })
  @ApiOperation({ summary: 'How many were opened and closed, and are open, over time' })
  @ApiOkResponse({ type: ViolationStatisticsJson })
  async count(
    @Query() query: ViolationStatisticsQuery,
    @Caller() looker: Looker,
  ): Promise<ViolationStatisticsJson> {
    const statistics = await this.statistics.of(query, looker.principal);
    await this.reads.allow(looker, 'violationStatistics', { ...query });
    return statistics;
  }

  @Get(':id')
  @ApiOperation({ summary: 'One violation, with its history' })
  @ApiOkResponse({ type: ViolationWithHistoryJson })
  async get(@Param('id') id: string, @Caller() looker: Looker): Promise<ViolationWithHistoryJson> {
    if (!UUID.test(id)) throw Problem.parameter('id', 'it must be a UUID.');
    const violation = await this.search.byId(id, looker.principal);
    if (!violation) throw noSuchViolation(id);
    await this.reads.allow(looker, 'violations', { id });
    return { ...violation, ...historyJson(await this.changes.of([id])) };
  }
}
