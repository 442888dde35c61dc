import { join } from 'node:path';
import type { Cores } from '../../machine/cores.ts';
import { Program } from '../../processes/program.ts';
import type { Corner } from '../../stack/corner.ts';
import type { Database } from '../../stack/database.ts';
import { logFile } from '../../stack/folder.ts';

/** For the report: all that was chosen for it. */
export const typeormSettings =
  'TypeORM: repository.insert() of 1,000 entities at a time, one connection; only the first events, since it is slow, ' +
  'which is to its advantage';

export interface TypeormOptions {
  corner: Corner;
  database: Database;
  /** How many of the first events it inserts. */
  rows: number;
  /** Distinct by round. */
  id: string;
  cores: Cores | undefined;
}

/** What one writes with TypeORM when one knows that save() is slow. */
export function startTypeorm({ corner, database, rows, id, cores }: TypeormOptions): Program {
  return new Program({
    name: 'the TypeORM program',
    command: process.execPath,
    args: [join(import.meta.dirname, 'main.ts')],
    env: { ...corner.env(database.url), ROWS: String(rows) },
    logFile: logFile(id),
    cores,
  });
}
