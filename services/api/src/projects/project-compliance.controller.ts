import type { DirectoryOverTime } from '@auditmesh/compliance';
import { formatMicros } from '@auditmesh/events';
import { Problem } from '@auditmesh/runtime';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { Caller } from '../access/caller.js';
import { Requires } from '../access/requires.js';
import { TrailReads } from '../access/trail-reads.js';
import { momentOf } from '../audit-events/search-audit-events.query.js';
import { may } from '../domain/principal.js';
import { complianceAt, complianceRuns, type FactsByControl } from '../domain/project-compliance.js';
import type { Looker } from '../domain/trail-read.js';
import { controlFacts, directoryOfProject, latestProject } from '../store/compliance-facts.js';
import {
  ComplianceHistoryJson,
  ComplianceHistoryQuery,
  ComplianceProjectJson,
  ComplianceQuery,
  ProjectComplianceJson,
} from './project-compliance.json.js';

const DEFAULT_RANGE_US = 30 * 86_400_000_000;

/** What is known of a project, to work out how it stood. */
interface Known {
  project: ComplianceProjectJson;
  directory: DirectoryOverTime;
  controls: FactsByControl;
}

/** How projects stand, and stood. */
@ApiTags('Violations')
@ApiBearerAuth()
@Controller('api/v1/projects/:id/compliance')
@Requires({ permission: 'compliance:read', shows: 'projectCompliance' })
export class ProjectComplianceController {
  constructor(
    private readonly source: DataSource,
    private readonly reads: TrailReads,
  ) {}

  @Get()
  @ApiOperation({ summary: 'How the project stands, or stood at a time, requirement by requirement' })
  @ApiOkResponse({ type: ProjectComplianceJson })
  async get(
    @Param('id') id: string,
    @Query() { at: text }: ComplianceQuery,
    @Caller() looker: Looker,
  ): Promise<ProjectComplianceJson> {
    const at = timeOf('at', text);
    const { project, directory, controls } = await this.known(id, looker);
    await this.reads.allow(looker, 'projectCompliance', { id, at: text });
    return {
      project,
      at: formatMicros(at),
      frameworks: complianceAt(directory, project.id, controls, at),
    };
  }

  @Get('history')
  @Requires({ permission: 'compliance:read', shows: 'complianceHistory' })
  @ApiOperation({ summary: 'When the project met which requirement, and when not' })
  @ApiOkResponse({ type: ComplianceHistoryJson })
  async history(
    @Param('id') id: string,
    @Query() query: ComplianceHistoryQuery,
    @Caller() looker: Looker,
  ): Promise<ComplianceHistoryJson> {
    const to = timeOf('to', query.to);
    const from = query.from ? momentOf(query.from)! : to - DEFAULT_RANGE_US;
    if (from >= to) throw Problem.parameter('from', 'it must be before `to`, and before now.');
    const { project, directory, controls } = await this.known(id, looker);
    await this.reads.allow(looker, 'complianceHistory', { id, ...query });
    const runs = complianceRuns(directory, project.id, controls, from, to);
    return {
      project,
      from: formatMicros(from),
      to: formatMicros(to),
      items: runs.map(({ from: begin, until, ...run }) => ({
        ...run,
        from: formatMicros(begin),
        to: formatMicros(until),
      })),
    };
  }

  /** @throws Problem 404, also if the project lies outside the groups of the caller */
  private async known(id: string, { principal }: Looker): Promise<Known> {
    if (!/^[1-9]\d{0,15}$/.test(id)) throw Problem.parameter('id', 'it must be the id of a project.');
    const project = await latestProject(this.source, Number(id));
    const place = project && { root_namespace_id: project.tenant, path: project.path };
    if (!place || !may(principal, 'compliance:read', place))
      throw new Problem(404, `The directory has no project ${id}.`);
    const [directory, facts] = await Promise.all([
      directoryOfProject(this.source, project.id),
      controlFacts(this.source, [project.id]),
    ]);
    return {
      project: { id: project.id, path: project.path },
      directory,
      controls: facts.get(project.id) ?? new Map(),
    };
  }
}

/** µs since the epoch; now if it is left out. @throws Problem 400 for a time to come */
function timeOf(parameter: string, text: string | undefined): number {
  const now = Date.now() * 1000;
  if (text === undefined) return now;
  const at = momentOf(text)!;
  if (at > now) throw Problem.parameter(parameter, 'it is a time to come.');
  return at;
}
