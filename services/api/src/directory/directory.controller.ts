import { topics, type Actor } from '@auditmesh/events';
import { GroupOffsets } from '@auditmesh/kafka';
import { Problem } from '@auditmesh/runtime';
import { Body, Controller, HttpCode, Put, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Caller } from '../access/caller.js';
import { Requires } from '../access/requires.js';
import { admin, type Principal } from '../domain/principal.js';
import type { Looker } from '../domain/trail-read.js';
import { ProjectedOffsets } from '../store/projected-offsets.js';
import { DirectoryAnswer, DirectoryDocument } from './directory-document.js';
import { ImportDirectory } from './import-directory.js';

const WAIT_MS = 60_000;
/** Group that turns changes into the entries that policy-sync reads. */
const ENTRIES_GROUP = 'projector.directory';

@ApiTags('Directory')
@ApiBearerAuth()
@Controller('api/v1/directory')
@Requires({ permission: 'directory:write', everywhere: true })
export class DirectoryController {
  constructor(
    private readonly directory: ImportDirectory,
    private readonly groups: GroupOffsets,
    private readonly projected: ProjectedOffsets,
  ) {}

  @Put()
  @HttpCode(202)
  @ApiOperation({ summary: 'Add or change namespaces, projects, policy links and frameworks' })
  @ApiQuery({
    name: 'wait',
    required: false,
    enum: ['projected'],
    description: 'Answer only when every part of the mesh can know of it',
  })
  @ApiAcceptedResponse({ type: DirectoryAnswer })
  async put(
    @Body() document: DirectoryDocument,
    @Caller() { principal }: Looker,
    @Query('wait') wait?: string,
  ): Promise<DirectoryAnswer> {
    if (wait !== undefined && wait !== 'projected')
      throw Problem.parameter('wait', 'it can only be `projected`.');
    const { written, unchanged } = await this.directory.import(document, actorOf(principal));
    if (wait && written.length) {
      const inEntries = await this.groups.handled(ENTRIES_GROUP, written, WAIT_MS);
      const inTables = await Promise.all(
        written.map((w) => this.projected.includes(topics.directoryChanges.name, w, inEntries ? WAIT_MS : 0)),
      );
      if (!inEntries || inTables.includes(false))
        throw new Problem(504, 'The changes are accepted, but not all of them are in effect yet.');
    }
    return { changed: written.length, unchanged };
  }
}

const actorOf = ({ id, name }: Principal): Actor => ({
  id: id === admin.id ? null : id,
  type: 'access_token',
  name,
  email: null,
  ip: null,
  user_agent: null,
});
