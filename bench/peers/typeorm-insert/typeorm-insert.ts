import { join } from 'node:path';
import type { Contestant } from '../../measure/contest.ts';
import { Program } from '../../processes/program.ts';
import type { Corner } from '../../stack/corner.ts';
import { logFile } from '../../stack/folder.ts';
import type { TrailTable } from '../../benches/projector/trail-table.ts';

/** For the report: all that was chosen for it. */
export const typeormInsertSettings = 'repository.insert() of 1,000 entities at a time, one connection';

/** What one writes with TypeORM when one knows that save() is slow. */
export function typeormInsert(corner: Corner, table: TrailTable): Contestant {
  return {
    name: 'typeorm_insert',
    measure: (round) =>
      table.fill(`typeorm_${round}`, async (database) => {
        return new Program({
          name: 'the TypeORM program',
          command: process.execPath,
          args: [join(import.meta.dirname, 'main.ts')],
          env: corner.env(database.url),
          logFile: logFile(`typeorm-${round}`),
        });
      }),
  };
}
