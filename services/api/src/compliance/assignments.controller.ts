import type { Framework } from '@auditmesh/events';
import { Controller, Delete, HttpCode, Param, Put, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { actorOf } from '../access/actor.js';
import { Caller } from '../access/caller.js';
import { Requires } from '../access/requires.js';
import type { Looker } from '../domain/trail-read.js';
import { ChangeFrameworks } from './change-frameworks.js';
import { ComplianceAccess } from './compliance-access.js';
import { FrameworkAnswers } from './framework-answers.js';
import { FrameworkJson } from './framework.json.js';
import { idOfPath } from './id-cursor.js';
import { Wait } from './write-options.js';

/**
 * To which projects and groups a framework is assigned; by default is a field of the framework. Repeating a call changes
 * nothing.
 */
@ApiTags('Compliance')
@ApiBearerAuth()
@Controller('api/v1/frameworks/:id')
@Requires({ permission: 'compliance:write' })
export class AssignmentsController {
  constructor(
    private readonly access: ComplianceAccess,
    private readonly changes: ChangeFrameworks,
    private readonly answers: FrameworkAnswers,
  ) {}

  @Put('projects/:projectId')
  @HttpCode(202)
  @ApiOperation({ summary: 'Assign a framework to a project' })
  @Wait()
  @ApiAcceptedResponse({ type: FrameworkJson })
  assignProject(
    @Param('id') id: string,
    @Param('projectId') projectId: string,
    @Caller() caller: Looker,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('wait') wait?: string,
  ): Promise<FrameworkJson> {
    return this.edit(id, withId('projects', idOfPath(projectId, 'project')), caller, reply, wait);
  }

  @Delete('projects/:projectId')
  @HttpCode(202)
  @ApiOperation({ summary: 'Take a framework from a project' })
  @Wait()
  @ApiAcceptedResponse({ type: FrameworkJson })
  unassignProject(
    @Param('id') id: string,
    @Param('projectId') projectId: string,
    @Caller() caller: Looker,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('wait') wait?: string,
  ): Promise<FrameworkJson> {
    return this.edit(id, withoutId('projects', idOfPath(projectId, 'project')), caller, reply, wait);
  }

  @Put('groups/:groupId')
  @HttpCode(202)
  @ApiOperation({ summary: 'Assign a framework to a group, hence to all projects in it, at any depth' })
  @Wait()
  @ApiAcceptedResponse({ type: FrameworkJson })
  assignGroup(
    @Param('id') id: string,
    @Param('groupId') groupId: string,
    @Caller() caller: Looker,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('wait') wait?: string,
  ): Promise<FrameworkJson> {
    return this.edit(id, withId('groups', idOfPath(groupId, 'group')), caller, reply, wait);
  }

  @Delete('groups/:groupId')
  @HttpCode(202)
  @ApiOperation({ summary: 'Take a framework from a group' })
  @Wait()
  @ApiAcceptedResponse({ type: FrameworkJson })
  unassignGroup(
    @Param('id') id: string,
    @Param('groupId') groupId: string,
    @Caller() caller: Looker,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('wait') wait?: string,
  ): Promise<FrameworkJson> {
    return this.edit(id, withoutId('groups', idOfPath(groupId, 'group')), caller, reply, wait);
  }

  private async edit(
    id: string,
    edit: (before: Framework) => Framework,
    caller: Looker,
    reply: FastifyReply,
    wait: string | undefined,
  ): Promise<FrameworkJson> {
    const row = await this.access.framework(caller.principal, idOfPath(id, 'framework'), 'compliance:write');
    return this.answers.when(wait, reply, () =>
      this.changes.edit(row, (before) => ({ framework: edit(before) }), actorOf(caller)),
    );
  }
}

type Assignments = 'projects' | 'groups';

const withId =
  (field: Assignments, id: number) =>
  (before: Framework): Framework => ({
    ...before,
    [field]: [...new Set([...before[field], id])].sort((a, b) => a - b),
  });

const withoutId =
  (field: Assignments, id: number) =>
  (before: Framework): Framework => ({ ...before, [field]: before[field].filter((each) => each !== id) });
