import { topics } from '@auditmesh/events';
import type { Stack } from '@auditmesh/local-stack';
import { say } from '../../command/progress.ts';
import type { Findings } from '../../command/report.ts';
import { auditEvents, monthsOf } from '../../load/audit-events.ts';
import { keepOn, OTHERS, pinning, TESTED } from '../../machine/cores.ts';
import { contest, type Contestant, type Turn } from '../../measure/contest.ts';
import { Copy, copySettings } from '../../peers/copy.ts';
import {
  debeziumSettings,
  fetchDebezium,
  startDebezium,
} from '../../peers/debezium-jdbc-sink/debezium-jdbc-sink.ts';
import { FlatTwin } from '../../peers/debezium-jdbc-sink/flat-twin.ts';
import { startTypeorm, typeormSettings } from '../../peers/typeorm-insert/typeorm-insert.ts';
import { startService } from '../../processes/service.ts';
import { Corner } from '../../stack/corner.ts';
import type { Database } from '../../stack/database.ts';
import { logFile } from '../../stack/folder.ts';
import { postgresSettingsText } from '../../stack/servers.ts';
import type { Extent } from '../bench.ts';
import { storagePerEvent } from './storage-sizes.ts';
import { trailColumns } from './trail-columns.ts';
import { TrailTable } from './trail-table.ts';

const sizes: Record<'full' | 'quick', Size> = {
  full: { rows: 375_000, fewerRows: 100_000 },
  quick: { rows: 40_000, fewerRows: 10_000 },
};
const ROUNDS = { full: 3, quick: 1 };
const WARM_UP = 0.2;

interface Size {
  rows: number;
  /** Of those who are so slow that all would take too long. */
  fewerRows: number;
}

/** Events per second from `audit.events.v1` (one partition) to committed rows with all indexes, over one connection. */
export async function projector(stack: Stack, { quick, rounds }: Extent): Promise<Findings> {
  const form = quick ? 'quick' : 'full';
  const { rows, fewerRows } = sizes[form];
  const until = Date.now();
  const home = await fetchDebezium();
  const corner = await cornerWithEvents(stack, rows, until);
  keepOn(TESTED, [process, ...stack.processes]);
  keepOn(OTHERS, [stack.process('postgres')]);
  const { databaseUrl: serverUrl, kafkaBrokers } = stack;
  const table = new TrailTable({
    serverUrl,
    serverPid: stack.process('postgres').pid!,
    rows,
    fewerRows,
    months: monthsOf(until),
    warmUp: WARM_UP,
  });
  const copy = new Copy(table);
  const twin = new FlatTwin(corner);
  let bytesPerEvent = {};
  const onFirst = async (full: Database) => {
    const columns = await trailColumns(full);
    await copy.export(full, columns);
    say('Writing the same rows to Kafka as flat records');
    await twin.write(full, columns);
    bytesPerEvent = await storagePerEvent(full, corner);
  };

  table.onFirst(onFirst);
  const contestant = (name: string, fill: (id: string) => Promise<Turn>): Contestant => ({
    name,
    measure: (round) => fill(`${name}_${round}`),
  });
  const ours = contestant('ours', (id) =>
    table.fill(id, rows, ({ url }) =>
      startService({ name: 'projector', env: corner.env(url), logFile: logFile(id), cores: TESTED }),
    ),
  );
  const peers = [
    contestant('copy', (id) => copy.fill(id)),
    contestant('debezium_jdbc_sink', (id) =>
      table.fill(id, rows, (database) =>
        startDebezium({ home, id, kafkaBrokers, twin, database, cores: TESTED }),
      ),
    ),
    contestant('typeorm_insert', (id) =>
      table.fill(id, fewerRows, async (database) =>
        startTypeorm({ corner, database, rows: fewerRows, id, cores: TESTED }),
      ),
    ),
  ];
  const names = { record: 'event', server: 'database' };
  const { ratios, figures } = await contest(ours, peers, rounds ?? ROUNDS[form], names);
  const counts = { events: rows, typeorm_insert_events: fewerRows };
  return { ratios, figures: { ...figures, ...counts, ...bytesPerEvent }, setting };
}

const setting = {
  pinned: pinning('PostgreSQL: a core of its own; process under test, Kafka, registry and watcher: another'),
  warm_up: `${WARM_UP * 100} % of the events`,
  postgres_settings: postgresSettingsText,
  copy: copySettings,
  debezium_jdbc_sink: debeziumSettings,
  typeorm_insert: typeormSettings,
};

async function cornerWithEvents(stack: Stack, count: number, until: number): Promise<Corner> {
  const corner = new Corner(stack, 'bench.');
  const used = [
    topics.auditEvents,
    topics.directoryChanges,
    topics.directoryEntries,
    topics.complianceViolations,
  ];
  await corner.create(used, ['projector', 'projector.directory'], 1);
  say(`Writing ${count} events to Kafka`);
  await corner.produce(topics.auditEvents, auditEvents(count, until));
  return corner;
}
