import { plainFramework } from '@auditmesh/events';
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '../access/actor.js';
import { Caller } from '../access/caller.js';
import { Requires } from '../access/requires.js';
import type { Looker } from '../domain/trail-read.js';
import { linkNext } from '../lists/link-next.js';
import { ChangeFrameworks } from './change-frameworks.js';
import { ComplianceAccess } from './compliance-access.js';
import { FrameworkAnswers } from './framework-answers.js';
import { FindFrameworks } from './find-frameworks.js';
import {
  FrameworkBody,
  FrameworkJson,
  frameworkJson,
  FrameworkPage,
  FrameworkPatch,
  FrameworksQuery,
  NewFramework,
} from './framework.json.js';
import { idOfPath } from './id-cursor.js';
import { IfMatch, versionOfHeader, Wait } from './write-options.js';

@ApiTags('Compliance')
@ApiBearerAuth()
@Controller('api/v1/frameworks')
@Requires({ permission: 'compliance:write' })
export class FrameworksController {
  constructor(
    private readonly access: ComplianceAccess,
    private readonly find: FindFrameworks,
    private readonly changes: ChangeFrameworks,
    private readonly answers: FrameworkAnswers,
  ) {}

  @Get()
  @Requires({ permission: 'compliance:read' })
  @ApiOperation({ summary: 'Compliance frameworks, by id' })
  @ApiOkResponse({ type: FrameworkPage })
  async list(
    @Query() query: FrameworksQuery,
    @Caller() { principal }: Looker,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FrameworkPage> {
    const page = await this.find.page(principal, query);
    linkNext(request, reply, page.next);
    return page;
  }

  @Get(':id')
  @Requires({ permission: 'compliance:read' })
  @ApiOperation({ summary: 'A framework with its requirements and assignments' })
  @ApiOkResponse({ type: FrameworkJson })
  async get(
    @Param('id') id: string,
    @Caller() { principal }: Looker,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FrameworkJson> {
    const json = frameworkJson(
      await this.access.framework(principal, idOfPath(id, 'framework'), 'compliance:read'),
    );
    void reply.header('etag', `"${json.version}"`);
    return json;
  }

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Create a framework' })
  @Wait()
  @ApiAcceptedResponse({ type: FrameworkJson })
  async create(
    @Body() body: NewFramework,
    @Caller() caller: Looker,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('wait') wait?: string,
  ): Promise<FrameworkJson> {
    await this.access.root(caller.principal, body.namespace, 'compliance:write');
    return this.answers.when(wait, reply, () => this.changes.create(body, actorOf(caller)));
  }

  @Put(':id')
  @HttpCode(202)
  @ApiOperation({ summary: 'Replace all that a framework says; what is left out is empty' })
  @IfMatch()
  @Wait()
  @ApiAcceptedResponse({ type: FrameworkJson })
  put(
    @Param('id') id: string,
    @Body() body: FrameworkBody,
    @Caller() caller: Looker,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('wait') wait?: string,
  ): Promise<FrameworkJson> {
    return this.change(id, { ...plainFramework, ...body }, caller, request, reply, wait);
  }

  @Patch(':id')
  @HttpCode(202)
  @ApiOperation({ summary: 'Change some of what a framework says; what is left out stays' })
  @IfMatch()
  @Wait()
  @ApiAcceptedResponse({ type: FrameworkJson })
  patch(
    @Param('id') id: string,
    @Body() body: FrameworkPatch,
    @Caller() caller: Looker,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('wait') wait?: string,
  ): Promise<FrameworkJson> {
    return this.change(id, body, caller, request, reply, wait);
  }

  @Delete(':id')
  @HttpCode(202)
  @ApiOperation({ summary: 'Delete a framework with its requirements and assignments' })
  @IfMatch()
  @Wait()
  @ApiAcceptedResponse()
  async delete(
    @Param('id') id: string,
    @Caller() caller: Looker,
    @Req() request: FastifyRequest,
    @Query('wait') wait?: string,
  ): Promise<{ id: number }> {
    const row = await this.access.framework(caller.principal, idOfPath(id, 'framework'), 'compliance:write');
    await this.answers.done(wait, () =>
      this.changes.edit(row, () => ({ framework: null }), actorOf(caller), versionOfHeader(request)),
    );
    return { id: row.id };
  }

  private async change(
    id: string,
    body: FrameworkPatch,
    caller: Looker,
    request: FastifyRequest,
    reply: FastifyReply,
    wait: string | undefined,
  ): Promise<FrameworkJson> {
    const row = await this.access.framework(caller.principal, idOfPath(id, 'framework'), 'compliance:write');
    return this.answers.when(wait, reply, () =>
      this.changes.patch(row, body, actorOf(caller), versionOfHeader(request)),
    );
  }
}
