import { Problem } from '@auditmesh/runtime';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { actorOf } from '../access/actor.js';
import { Caller } from '../access/caller.js';
import { Requires } from '../access/requires.js';
import { isTenant, type Principal } from '../domain/principal.js';
import type { Looker } from '../domain/trail-read.js';
import { ComplianceRows } from '../store/compliance-rows.js';
import { ChangeControls, type Expected } from './change-controls.js';
import { ComplianceAccess } from './compliance-access.js';
import {
  brokenControlJson,
  ControlBody,
  ControlJson,
  controlJson,
  ControlList,
  ControlsQuery,
  ControlToCheck,
  NewControl,
  ownControlJson,
} from './control.json.js';
import { ControlTexts, isOfMesh, textOf } from './control-texts.js';
import { FrameworkAnswers } from './framework-answers.js';
import { idOfPath } from './id-cursor.js';
import { Wait } from './write-options.js';

@ApiTags('Compliance')
@ApiBearerAuth()
@Controller('api/v1/controls')
@Requires({ permission: 'compliance:write' })
export class ControlsController {
  constructor(
    private readonly access: ComplianceAccess,
    private readonly rows: ComplianceRows,
    private readonly changes: ChangeControls,
    private readonly texts: ControlTexts,
    private readonly answers: FrameworkAnswers,
  ) {}

  @Get()
  @Requires({ permission: 'compliance:read' })
  @ApiOperation({
    summary:
      'Controls, ours, those of CONTROLS_FOLDER and those of root namespaces, each with how it is evaluated',
  })
  @ApiOkResponse({ type: ControlList })
  async list(@Query() query: ControlsQuery, @Caller() { principal }: Looker): Promise<ControlList> {
    const { namespace, evaluated, origin } = query;
    const common = this.texts
      .allCommon()
      .map((control) => controlJson(control, isOfMesh(control) ? 'mesh' : 'folder'));
    const items = [...common, ...(await this.own(principal, namespace))].filter(
      (control) =>
        (evaluated === undefined || control.evaluated === evaluated) &&
        (origin === undefined || control.origin === origin),
    );
    return { items, next: null };
  }

  @Get(':namespace/:name')
  @Requires({ permission: 'compliance:read' })
  @ApiOperation({ summary: 'A control of a root namespace’s own' })
  @ApiOkResponse({ type: ControlJson })
  async get(
    @Param('namespace') namespaceText: string,
    @Param('name') name: string,
    @Caller() { principal }: Looker,
  ): Promise<ControlJson> {
    const namespace = idOfPath(namespaceText, 'namespace');
    const found = (await this.own(principal, namespace)).find((control) => control.name === name);
    if (!found) throw new Problem(404, `The namespace ${namespace} has no control ${name} of its own.`);
    return found;
  }

  @Post('check')
  @HttpCode(200)
  @Requires({ permission: 'compliance:read' })
  @ApiOperation({ summary: 'Read a definition and say what is wrong with it; nothing is kept' })
  @ApiOkResponse({ type: ControlJson })
  async check(
    @Body() { definition, namespace }: ControlToCheck,
    @Caller() { principal }: Looker,
  ): Promise<ControlJson> {
    if (namespace !== undefined) await this.access.root(principal, namespace, 'compliance:read');
    const text = textOf(definition);
    const read = this.texts.read(text);
    if ('faults' in read) throw Problem.parameters(read.faults);
    return namespace === undefined
      ? controlJson(read.control, 'mesh')
      : ownControlJson(read.control, namespace, text);
  }

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Create a control of a root namespace’s own' })
  @Wait()
  @ApiAcceptedResponse({ type: ControlJson })
  create(
    @Body() { namespace, definition }: NewControl,
    @Caller() caller: Looker,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('wait') wait?: string,
  ): Promise<ControlJson> {
    return this.write({ namespace, text: textOf(definition) }, 'none', caller, reply, wait);
  }

  @Put(':namespace/:name')
  @HttpCode(202)
  @ApiOperation({ summary: 'Create or replace a control of a root namespace’s own' })
  @Wait()
  @ApiAcceptedResponse({ type: ControlJson })
  put(
    @Param('namespace') namespace: string,
    @Param('name') name: string,
    @Body() { definition }: ControlBody,
    @Caller() caller: Looker,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('wait') wait?: string,
  ): Promise<ControlJson> {
    const what = { namespace: idOfPath(namespace, 'namespace'), text: textOf(definition), name };
    return this.write(what, 'any', caller, reply, wait);
  }

  @Delete(':namespace/:name')
  @HttpCode(202)
  @ApiOperation({ summary: 'Delete a control of a root namespace’s own, which no framework asks for' })
  @Wait()
  @ApiAcceptedResponse()
  async delete(
    @Param('namespace') namespaceText: string,
    @Param('name') name: string,
    @Caller() caller: Looker,
    @Query('wait') wait?: string,
  ): Promise<{ namespace: number; name: string }> {
    const namespace = idOfPath(namespaceText, 'namespace');
    await this.access.root(caller.principal, namespace, 'compliance:write');
    await this.answers.done(wait, () => this.changes.remove(namespace, name, actorOf(caller)));
    return { namespace, name };
  }

  private async write(
    what: { namespace: number; text: string; name?: string },
    expected: Expected,
    caller: Looker,
    reply: FastifyReply,
    wait: string | undefined,
  ): Promise<ControlJson> {
    const { namespace, text } = what;
    await this.access.root(caller.principal, namespace, 'compliance:write');
    const { control } = await this.answers.done(wait, () =>
      this.changes.write(what, expected, actorOf(caller)),
    );
    void reply.header('location', `/api/v1/controls/${namespace}/${control.name}`);
    return ownControlJson(control, namespace, text);
  }

  /** Those of all root namespaces that the caller may see, or of one of them. @throws Problem 400, 403 */
  private async own(principal: Principal, namespace: number | undefined): Promise<ControlJson[]> {
    if (namespace !== undefined) await this.access.root(principal, namespace, 'compliance:read');
    const seen =
      principal.namespaces === 'all' ? 'all' : principal.namespaces.filter(isTenant).map(({ id }) => id);
    const controls = await this.rows.controls(namespace === undefined ? seen : [String(namespace)]);
    return controls.map(({ namespace_id, name, definition }) => {
      const read = this.texts.read(definition);
      return 'control' in read
        ? ownControlJson(read.control, namespace_id, definition)
        : brokenControlJson(name, namespace_id, definition, read.faults[0]!.detail);
    });
  }
}
