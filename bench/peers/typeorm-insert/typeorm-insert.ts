import { join } from 'node:path';
import type { Cores } from '../../machine/cores.ts';
import { Program } from '../../processes/program.ts';
import type { Corner } from '../../stack/corner.ts';
import type { Database } from '../../stack/database.ts';
import { logFile } from '../../stack/folder.ts';

/** For the report: all that was chosen for it. */
export const typeormSettings = 'TypeORM: repository.insert() of 1,000 entities at a time, one connection';

/** What one writes with TypeORM when one knows that save() is slow. */
export function startTypeorm(
  corner: Corner,
  database: Database,
  id: string,
  cores: Cores | undefined,
): Program {
  return new Program({
    name: 'the TypeORM program',
    command: process.execPath,
    args: [join(import.meta.dirname, 'main.ts')],
    env: corner.env(database.url),
    logFile: logFile(id),
    cores,
  });
}
