import { topics } from '@auditmesh/events';
import type { Stack } from '@auditmesh/local-stack';
import { say } from '../../command/progress.ts';
import type { Findings } from '../../command/report.ts';
import { auditEvents, monthsOf } from '../../load/audit-events.ts';
import { contest, type Contestant } from '../../measure/contest.ts';
import { Copy } from '../../peers/copy.ts';
import { typeormInsert, typeormInsertSettings } from '../../peers/typeorm-insert/typeorm-insert.ts';
import { startService } from '../../processes/service.ts';
import { Corner } from '../../stack/corner.ts';
import type { Database } from '../../stack/database.ts';
import { logFile } from '../../stack/folder.ts';
import type { Extent } from '../bench.ts';
import { TrailTable } from './trail-table.ts';

const ROWS = { full: 300_000, quick: 40_000 };
const ROUNDS = { full: 3, quick: 1 };
const WARM_UP = 0.1;

/** Events per second from `audit.events.v1` (one partition) to committed rows with all indexes, over one connection. */
export async function projector(stack: Stack, { quick, rounds }: Extent): Promise<Findings> {
  const size = quick ? 'quick' : 'full';
  const until = Date.now();
  const corner = new Corner(stack, 'bench.');
  await corner.create(
    [topics.auditEvents, topics.directoryChanges, topics.directoryEntries],
    ['projector', 'projector.directory'],
    1,
  );
  say(`Writing ${ROWS[size]} events to Kafka`);
  await corner.produce(topics.auditEvents, auditEvents(ROWS[size], until));
  const table = new TrailTable(stack.databaseUrl, ROWS[size], monthsOf(until), WARM_UP);
  const copy = new Copy(table);
  const own = ours(corner, table, async (full) => copy.export(full));
  const peers = [copy, typeormInsert(corner, table)];
  const { ratios, speeds } = await contest(own, peers, rounds ?? ROUNDS[size]);
  return { ratios, figures: { ...speeds }, setting: { typeormInsertSettings } };
}

/** Our service as it runs in earnest. @param onFirst gets the table that it filled first */
function ours(corner: Corner, table: TrailTable, onFirst: (full: Database) => Promise<void>): Contestant {
  return {
    name: 'ours',
    measure: (round) =>
      table.fill(
        `ours_${round}`,
        (database) =>
          startService({
            name: 'projector',
            env: corner.env(database.url),
            logFile: logFile(`projector-${round}`),
          }),
        round === 1 ? onFirst : undefined,
      ),
  };
}
