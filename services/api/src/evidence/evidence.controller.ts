import { formatMicros } from '@auditmesh/events';
import { Problem } from '@auditmesh/runtime';
import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller } from '../access/caller.js';
import { Requires } from '../access/requires.js';
import { TrailReads } from '../access/trail-reads.js';
import { Moment, momentOf } from '../audit-events/search-audit-events.query.js';
import type { Looker } from '../domain/trail-read.js';
import { MakeEvidence } from './make-evidence.js';

class EvidenceQuery {
  @Moment('Not before this time; 90 days before the end if left out')
  from?: string;

  @Moment('Before this time; now if left out')
  to?: string;
}

const DEFAULT_RANGE_US = 90 * 86_400_000_000;

@ApiTags('Evidence')
@ApiBearerAuth()
@Controller('api/v1/frameworks/:id/evidence')
@Requires({ permission: 'compliance:read', shows: 'evidence' })
export class EvidenceController {
  constructor(
    private readonly evidence: MakeEvidence,
    private readonly reads: TrailReads,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'All that shows how a framework was kept to, as one signed file',
    description:
      'A ZIP that is readable without this service: its README.txt says what is in it and how to check it with openssl. It is made as it is sent; one that breaks off is no ZIP.',
  })
  @ApiOkResponse({ content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } } })
  async get(
    @Param('id') id: string,
    @Query() query: EvidenceQuery,
    @Caller() looker: Looker,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!/^[1-9]\d{0,15}$/.test(id)) throw Problem.parameter('id', 'it must be the id of a framework.');
    const now = Date.now() * 1000;
    const to = query.to ? momentOf(query.to)! : now;
    if (to > now) throw Problem.parameter('to', 'it is a time to come.');
    const from = query.from ? momentOf(query.from)! : to - DEFAULT_RANGE_US;
    if (from >= to) throw Problem.parameter('from', 'it must be before `to`, and before now.');
    const pack = await this.evidence.of(Number(id), { from, to }, looker);
    await this.reads.allow(looker, 'evidence', { id, ...query }).catch((error: unknown) => {
      pack.destroy();
      throw error;
    });
    const [first, last] = [from, to].map((at) => formatMicros(at).slice(0, 10));
    await reply
      .header('content-type', 'application/zip')
      .header('content-disposition', `attachment; filename="evidence-${id}-${first}-${last}.zip"`)
      .send(pack);
  }
}
