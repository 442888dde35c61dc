import { topics } from '@auditmesh/events';
import type { Stack } from '@auditmesh/local-stack';
import { say } from '../../command/progress.ts';
import type { Findings } from '../../command/report.ts';
import { auditEvents, monthsOf } from '../../load/audit-events.ts';
import { keepOn, OTHERS, pinning, TESTED } from '../../machine/cores.ts';
import { contest, type Contestant } from '../../measure/contest.ts';
import { Copy, copySettings } from '../../peers/copy.ts';
import {
  debeziumSettings,
  fetchDebezium,
  startDebezium,
} from '../../peers/debezium-jdbc-sink/debezium-jdbc-sink.ts';
import { connectSchema, FlatTwin } from '../../peers/debezium-jdbc-sink/flat-twin.ts';
import { startTypeorm, typeormSettings } from '../../peers/typeorm-insert/typeorm-insert.ts';
import type { Program } from '../../processes/program.ts';
import { startService } from '../../processes/service.ts';
import { Corner } from '../../stack/corner.ts';
import type { Database } from '../../stack/database.ts';
import { logFile } from '../../stack/folder.ts';
import { postgresSettingsText } from '../../stack/servers.ts';
import type { Extent } from '../bench.ts';
import { StorageSizes } from './storage-sizes.ts';
import { trailColumns, type TrailColumn } from './trail-columns.ts';
import { TrailTable } from './trail-table.ts';

const ROWS = { full: 400_000, quick: 50_000 };
const ROUNDS = { full: 3, quick: 1 };
const WARM_UP = 0.2;

/** Events per second from `audit.events.v1` (one partition) to committed rows with all indexes, over one connection. */
export async function projector(stack: Stack, { quick, rounds }: Extent): Promise<Findings> {
  const size = quick ? 'quick' : 'full';
  const until = Date.now();
  const home = await fetchDebezium();
  const corner = new Corner(stack, 'bench.');
  await corner.create(
    [topics.auditEvents, topics.directoryChanges, topics.directoryEntries],
    ['projector', 'projector.directory'],
    1,
  );
  say(`Writing ${ROWS[size]} events to Kafka`);
  await corner.produce(topics.auditEvents, auditEvents(ROWS[size], until));
  keepOn(TESTED, [process, ...stack.processes]);
  keepOn(OTHERS, [stack.process('postgres')]);
  const table = new TrailTable(stack.databaseUrl, ROWS[size], monthsOf(until), WARM_UP);
  const copy = new Copy(table);
  const twin = new FlatTwin(corner);
  const sizes = new StorageSizes();
  let columns: TrailColumn[] = [];
  const onFirst = async (full: Database) => {
    columns = await trailColumns(full);
    await copy.export(full, columns);
    say('Writing the same rows to Kafka as flat records');
    await twin.write(full, columns);
    await sizes.measure(full, corner);
  };

  const filler = (name: string, start: (database: Database, id: string) => Promise<Program>): Contestant => ({
    name,
    measure: (round) => {
      const id = `${name}_${round}`;
      const before = name === 'ours' && round === 1 ? onFirst : undefined;
      return table.fill(id, (database) => start(database, id), before);
    },
  });
  const ours = filler('ours', (database, id) =>
    startService({ name: 'projector', env: corner.env(database.url), logFile: logFile(id), cores: TESTED }),
  );
  const debezium = filler('debezium_jdbc_sink', async (database, id) =>
    startDebezium({
      home,
      id,
      kafkaBrokers: stack.kafkaBrokers,
      topic: twin.topic,
      schema: connectSchema(columns),
      database,
      cores: TESTED,
    }),
  );
  const typeorm = filler('typeorm_insert', async (database, id) =>
    startTypeorm(corner, database, id, TESTED),
  );
  const { ratios, speeds } = await contest(ours, [copy, debezium, typeorm], rounds ?? ROUNDS[size]);
  return {
    ratios,
    figures: {
      ...Object.fromEntries(
        Object.entries(speeds).map(([name, speed]) => [`${name}_events_per_second`, speed]),
      ),
      events: ROWS[size],
      ...sizes.perEvent,
    },
    setting: {
      pinned: pinning(
        'PostgreSQL: a core of its own; process under test, Kafka, registry and watcher: another',
      ),
      warm_up: `${WARM_UP * 100} % of the events`,
      postgres_settings: postgresSettingsText,
      copy: copySettings,
      debezium_jdbc_sink: debeziumSettings,
      typeorm_insert: typeormSettings,
    },
  };
}
