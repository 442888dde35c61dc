import { escapeText, parseMicros } from '@auditmesh/events';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Caller } from '../access/caller.js';
import { rfc3339 } from '../audit-events/audit-event.json.js';
import { decodeCursor, encodeCursor } from '../audit-events/cursor.js';
import type { Looker } from '../domain/trail-read.js';
import { Problem } from '@auditmesh/runtime';
import { ApiTokens, type ApiTokenRow } from '../store/api-tokens.js';
import { DirectoryRows } from '../store/directory-rows.js';
import { ApiTokenJson, ApiTokenPage, ApiTokensQuery, MadeApiToken, NewApiToken } from './api-token.json.js';
import { ManageTokens } from './manage-tokens.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Tokens of callers; for the admin alone, as no requirement says otherwise. */
@ApiTags('Access')
@ApiBearerAuth()
@Controller('api/v1/tokens')
export class ApiTokensController {
  constructor(
    private readonly tokens: ApiTokens,
    private readonly manage: ManageTokens,
    private readonly directory: DirectoryRows,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Make a token; it is shown this once' })
  @ApiCreatedResponse({ type: MadeApiToken })
  async create(@Body() wanted: NewApiToken, @Caller() looker: Looker): Promise<MadeApiToken> {
    const { name, permissions, namespaces = [], expires_at: expiresAt = null } = wanted;
    if (expiresAt !== null && !((parseMicros(expiresAt) ?? 0) > Date.now() * 1000))
      throw Problem.parameter('expires_at', 'it must be a time to come, such as 2027-11-20T10:00:00Z.');
    const { token, ...row } = await this.manage.make(
      {
        name: escapeText(name),
        permissions: [...new Set(permissions)],
        namespaces: await this.idsOf(namespaces),
        expiresAt,
      },
      looker,
    );
    return { ...tokenJson(row), token };
  }

  @Get()
  @ApiOperation({ summary: 'All tokens, the newest first, without what they are' })
  @ApiOkResponse({ type: ApiTokenPage })
  async list(@Query() { limit, cursor }: ApiTokensQuery): Promise<ApiTokenPage> {
    const before = cursor === undefined ? undefined : decodeCursor(cursor, {});
    if (cursor !== undefined && !before)
      throw Problem.parameter('cursor', 'it is none that this list has given.');
    const rows = await this.tokens.list(limit + 1, before && { at: before.occurredAt, id: before.id });
    const items = rows.slice(0, limit).map(tokenJson);
    const last = items.at(-1);
    const next =
      rows.length > limit && last ? encodeCursor({ occurredAt: last.created_at, id: last.id }, {}) : null;
    return { items, next };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a token; it stays in the list' })
  @ApiNoContentResponse()
  async revoke(@Param('id') id: string, @Caller() looker: Looker): Promise<void> {
    if (!UUID.test(id)) throw Problem.parameter('id', 'it must be a UUID.');
    if (!(await this.manage.revoke(id, looker))) throw new Problem(404, `There is no token ${id}.`);
  }

  private async idsOf(namespaces: string[]): Promise<string[]> {
    const known = await this.directory.namespaceIds(namespaces);
    const unknown = namespaces.findIndex((name) => !known.has(name));
    if (unknown >= 0)
      throw Problem.parameter(
        `namespaces.${unknown}`,
        `the directory has no group ${JSON.stringify(namespaces[unknown])}; import it first.`,
      );
    return [...new Set(known.values())];
  }
}

const tokenJson = ({ created_at, expires_at, revoked_at, ...row }: ApiTokenRow): ApiTokenJson => ({
  ...row,
  created_at: rfc3339(created_at),
  expires_at: expires_at && rfc3339(expires_at),
  revoked_at: revoked_at && rfc3339(revoked_at),
});
