import type { Framework } from '@auditmesh/events';
import { Problem } from '@auditmesh/runtime';
import { Body, Controller, Delete, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '../access/actor.js';
import { Caller } from '../access/caller.js';
import { Requires } from '../access/requires.js';
import type { Looker } from '../domain/trail-read.js';
import { ComplianceRows } from '../store/compliance-rows.js';
import { ChangeFrameworks, type Edited } from './change-frameworks.js';
import { ComplianceAccess } from './compliance-access.js';
import { FrameworkAnswers } from './framework-answers.js';
import { requirementOfBody, withoutIds } from './framework-of-body.js';
import { FrameworkJson, RequirementBody } from './framework.json.js';
import { idOfPath } from './id-cursor.js';
import { versionOfHeader, Wait } from './write-options.js';

/** Requirements of a framework; every call answers with the framework as it is then. */
@ApiTags('Compliance')
@ApiBearerAuth()
@Controller('api/v1/frameworks/:id/requirements')
@Requires({ permission: 'compliance:write' })
export class RequirementsController {
  constructor(
    private readonly access: ComplianceAccess,
    private readonly rows: ComplianceRows,
    private readonly changes: ChangeFrameworks,
    private readonly answers: FrameworkAnswers,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Add a requirement to a framework' })
  @Wait()
  @ApiAcceptedResponse({ type: FrameworkJson })
  async add(
    @Param('id') id: string,
    @Body() body: RequirementBody,
    @Caller() caller: Looker,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('wait') wait?: string,
  ): Promise<FrameworkJson> {
    const ids = await this.rows.newIds(withoutIds([body]));
    const add = (before: Framework): Edited => {
      const { requirement, faults } = requirementOfBody(body, undefined, ids);
      return { ...withRequirement(before, before.requirements.length, requirement), faults };
    };
    return this.edit(id, add, caller, request, reply, wait);
  }

  @Put(':requirementId')
  @HttpCode(202)
  @ApiOperation({ summary: 'Replace all that a requirement says; what is left out is empty' })
  @Wait()
  @ApiAcceptedResponse({ type: FrameworkJson })
  async replace(
    @Param('id') id: string,
    @Param('requirementId') requirementId: string,
    @Body() body: RequirementBody,
    @Caller() caller: Looker,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('wait') wait?: string,
  ): Promise<FrameworkJson> {
    const ids = await this.rows.newIds(withoutIds([body]));
    const replace = (before: Framework): Edited => {
      const at = positionOf(before, requirementId);
      const { requirement, faults } = requirementOfBody(body, before.requirements[at], ids);
      return { ...withRequirement(before, at, requirement), faults };
    };
    return this.edit(id, replace, caller, request, reply, wait);
  }

  @Delete(':requirementId')
  @HttpCode(202)
  @ApiOperation({ summary: 'Delete a requirement' })
  @Wait()
  @ApiAcceptedResponse({ type: FrameworkJson })
  delete(
    @Param('id') id: string,
    @Param('requirementId') requirementId: string,
    @Caller() caller: Looker,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('wait') wait?: string,
  ): Promise<FrameworkJson> {
    const remove = (before: Framework): Edited => {
      const at = positionOf(before, requirementId);
      return { framework: { ...before, requirements: before.requirements.toSpliced(at, 1) } };
    };
    return this.edit(id, remove, caller, request, reply, wait);
  }

  private async edit(
    id: string,
    edit: (before: Framework) => Edited,
    caller: Looker,
    request: FastifyRequest,
    reply: FastifyReply,
    wait: string | undefined,
  ): Promise<FrameworkJson> {
    const row = await this.access.framework(caller.principal, idOfPath(id, 'framework'), 'compliance:write');
    return this.answers.when(wait, reply, () =>
      this.changes.edit(row, edit, actorOf(caller), versionOfHeader(request)),
    );
  }
}

function withRequirement(
  before: Framework,
  at: number,
  requirement: Framework['requirements'][number],
): Pick<Edited, 'framework' | 'within'> {
  const requirements = [...before.requirements];
  requirements[at] = requirement;
  return { framework: { ...before, requirements }, within: `requirements.${at}.` };
}

function positionOf({ id, requirements }: Framework, requirementId: string): number {
  const at = requirements.findIndex((requirement) => String(requirement.id) === requirementId);
  if (at < 0) throw new Problem(404, `The framework ${id} has no requirement ${requirementId}.`);
  return at;
}
