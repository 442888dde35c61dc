import { Body, Controller, HttpCode, Param, Patch, Query, Req } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBadRequestResponse,
  ApiBody,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ApiConfig } from '../config.js';
import { statusGiven } from './callback.js';
import { signedBodyOf, STATUS_ROUTE } from './signed-body.js';
import { TakeVerdict } from './take-verdict.js';

class ExternalVerdictJson {
  @ApiProperty({ enum: ['pass', 'fail'] }) status!: 'pass' | 'fail';
}

/** Where external controls send their verdicts; a signature is all that they show. Also at the path that GitLab has. */
@ApiTags('External controls')
@Controller(['api/v1/projects/:project', 'api/v4/projects/:project'])
export class CallbackController {
  constructor(
    private readonly verdicts: TakeVerdict,
    private readonly config: ApiConfig,
  ) {}

  @Patch(STATUS_ROUTE)
  @HttpCode(202)
  @ApiOperation({ summary: 'Take the verdict of an external control on a project' })
  @ApiParam({ name: 'project', description: 'Id of the project' })
  @ApiParam({ name: 'control', description: 'Id of the external control' })
  @ApiHeader({ name: 'X-Gitlab-Timestamp', required: true, description: 'Seconds since the epoch' })
  @ApiHeader({ name: 'X-Gitlab-Nonce', required: true, description: '32 characters, never used before' })
  @ApiHeader({
    name: 'X-Gitlab-Hmac-Sha256',
    required: true,
    description:
      'HMAC-SHA256, hexadecimal, of timestamp, nonce, path and data without anything between; data is `status=pass` or `status=fail`, or the body as it is',
  })
  @ApiBody({ type: ExternalVerdictJson })
  @ApiAcceptedResponse({ type: ExternalVerdictJson })
  @ApiBadRequestResponse({ description: 'Signed, but no verdict' })
  @ApiUnauthorizedResponse({ description: 'Not of the control, too old, or a repetition' })
  @ApiNotFoundResponse({ description: 'Signed, but not required of the project' })
  @ApiTooManyRequestsResponse({
    description: 'Too many of the control or from the address; Retry-After says when to come again',
  })
  async take(
    @Param('project') projectId: string,
    @Param('control') controlId: string,
    @Body() body: unknown,
    @Query() query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<ExternalVerdictJson> {
    const { headers, ip } = request;
    const callback = {
      projectId,
      controlId,
      path: this.publicPath(request),
      timestamp: headers['x-gitlab-timestamp'],
      nonce: headers['x-gitlab-nonce'],
      signature: headers['x-gitlab-hmac-sha256'],
      body: signedBodyOf(request),
      status: statusGiven(body, query),
    };
    return { status: await this.verdicts.take(callback, ip) };
  }

  /** The path as the control knows it: a proxy may have taken off the path of PUBLIC_URL. */
  private publicPath({ originalUrl }: FastifyRequest): string {
    const path = originalUrl.split('?', 1)[0]!;
    const { PUBLIC_URL: base } = this.config;
    const before = base === undefined ? '' : new URL(base).pathname.replace(/\/+$/, '');
    return path.startsWith(`${before}/api/`) ? path : before + path;
  }
}
