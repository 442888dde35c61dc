import { Body, Controller, HttpCode, Put, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { actorOf } from '../access/actor.js';
import { Caller } from '../access/caller.js';
import { Requires } from '../access/requires.js';
import type { Looker } from '../domain/trail-read.js';
import { DirectoryAnswer, DirectoryDocument } from './directory-document.js';
import { ImportDirectory } from './import-directory.js';
import { checkWait, UntilInEffect } from './until-in-effect.js';

@ApiTags('Directory')
@ApiBearerAuth()
@Controller('api/v1/directory')
@Requires({ permission: 'directory:write', everywhere: true })
export class DirectoryController {
  constructor(
    private readonly directory: ImportDirectory,
    private readonly effect: UntilInEffect,
  ) {}

  @Put()
  @HttpCode(202)
  @ApiOperation({ summary: 'Add or change namespaces, projects, policy links, controls and frameworks' })
  @ApiQuery({
    name: 'wait',
    required: false,
    enum: ['projected'],
    description: 'Answer only when every part of the mesh can know of it',
  })
  @ApiAcceptedResponse({ type: DirectoryAnswer })
  async put(
    @Body() document: DirectoryDocument,
    @Caller() caller: Looker,
    @Query('wait') wait?: string,
  ): Promise<DirectoryAnswer> {
    checkWait(wait);
    const { written, unchanged } = await this.directory.import(document, actorOf(caller));
    await this.effect.wait(written, wait);
    return { changed: written.length, unchanged };
  }
}
