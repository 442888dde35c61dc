import { randomBytes } from 'node:crypto';
import { Problem } from '@auditmesh/runtime';
import { Body, Controller, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Caller } from '../access/caller.js';
import { Requires } from '../access/requires.js';
import type { Looker } from '../domain/trail-read.js';
import { isId } from './callback.js';
import { AskedControl, ExternalControlList, GivenSecret, NewSecret } from './external-control.json.js';
import { ManageExternalControls } from './manage-external-controls.js';
import { webhookSecret } from './signatures.js';

const SECRET_BYTES = 32;

/** What people do with external controls; the controls themselves are a part of their frameworks. */
@ApiTags('External controls')
@ApiBearerAuth()
@Controller('api/v1')
export class ExternalControlsController {
  constructor(private readonly controls: ManageExternalControls) {}

  @Put('external-controls/:control/secret')
  @HttpCode(200)
  @Requires({ permission: 'compliance:write' })
  @ApiOperation({ summary: 'Give an external control a new secret; nobody can read it afterwards' })
  @ApiOkResponse({ type: GivenSecret })
  @ApiNotFoundResponse({ description: 'No framework has the control, or SECRETS_KEY is not set' })
  async putSecret(
    @Param('control') control: string,
    @Body() { secret, keep_previous_s }: NewSecret,
    @Caller() caller: Looker,
  ): Promise<GivenSecret> {
    const made = secret === undefined ? webhookSecret(randomBytes(SECRET_BYTES)) : undefined;
    const control_id = idOf('control', control);
    await this.controls.putSecret(control_id, secret ?? made!, keep_previous_s, caller);
    return { control_id, ...(made !== undefined && { secret: made }) };
  }

  @Get('projects/:project/external-controls')
  @Requires({ permission: 'compliance:read' })
  @ApiOperation({
    summary: 'The external controls required of a project, and how the latest question to each went',
  })
  @ApiOkResponse({ type: ExternalControlList })
  async list(@Param('project') project: string, @Caller() caller: Looker): Promise<ExternalControlList> {
    return { items: await this.controls.list(idOf('project', project), caller.principal) };
  }

  @Post('projects/:project/external-controls/:control/ping')
  @HttpCode(202)
  @Requires({ permission: 'compliance:write' })
  @ApiOperation({ summary: 'Ask an external control about a project now' })
  @ApiAcceptedResponse({ type: AskedControl })
  @ApiNotFoundResponse({ description: 'It is not required of the project' })
  @ApiConflictResponse({ description: 'It has no secret, or is not to be asked' })
  async ping(
    @Param('project') project: string,
    @Param('control') control: string,
    @Caller() caller: Looker,
  ): Promise<AskedControl> {
    return {
      request_id: await this.controls.ping(
        idOf('project', project),
        idOf('control', control),
        caller.principal,
      ),
    };
  }
}

function idOf(parameter: string, text: string): number {
  if (!isId(text)) throw Problem.parameter(parameter, 'it must be an id, such as 312.');
  return Number(text);
}
