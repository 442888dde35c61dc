import type { Stack } from '@auditmesh/local-stack';
import type { Findings } from '../../command/report.ts';
import { say } from '../../command/progress.ts';
import { Mesh } from '../../stack/mesh.ts';
import type { Extent } from '../bench.ts';
import { atRest } from './at-rest.ts';
import { candidateSource, eventSource, latencies, latencyFigures, type Load } from './under-load.ts';
import { throughput } from './throughput.ts';

interface Size {
  load: Load;
  /** Single events at rest. */
  singles: number;
  /** Events for each number of partitions. */
  backlog: number;
}

const sizes: Record<'full' | 'quick', Size> = {
  full: { load: { rate: 2_000, warmUpSeconds: 10, seconds: 60 }, singles: 50, backlog: 200_000 },
  quick: { load: { rate: 2_000, warmUpSeconds: 2, seconds: 3 }, singles: 5, backlog: 8_000 },
};
const PARTITIONS = [1, 2, 4];

/** How long an event takes to its row and to the API, and how many come through with more partitions and instances. */
export async function endToEnd(stack: Stack, { quick }: Extent): Promise<Findings> {
  const { load, singles, backlog } = sizes[quick ? 'quick' : 'full'];
  const figures = await underLoadAndAtRest(stack, load, singles);
  for (const partitions of PARTITIONS) {
    const speed = await throughput(stack, partitions, backlog);
    say(`${partitions} partitions, ${partitions} projectors: ${Math.round(speed)} events/s`);
    figures[`throughput_${partitions}_events_per_second`] = Math.round(speed);
  }
  return {
    ratios: {},
    figures,
    setting: {
      pinned: 'nothing: all services run as in earnest, beside the servers and the bench',
      load: `${load.rate} events/s for ${load.seconds} s after ${load.warmUpSeconds} s of warm-up, one partition`,
      latency:
        'from the moment an event was due to the moment its row was seen committed, by looks 5 ms apart',
      at_rest: `${singles} single events, each after a pause, found by GET /api/v1/audit-events`,
      throughput: `${backlog} events that wait, as many partitions as projectors, one PostgreSQL; from 30 % to 90 % of them`,
    },
  };
}

async function underLoadAndAtRest(
  stack: Stack,
  load: Load,
  singles: number,
): Promise<Record<string, number>> {
  const mesh = await Mesh.create(stack, 'latency', 1);
  try {
    await mesh.start('consolidator', 'projector', 'api');
    say(`${load.rate} events/s into audit.events.v1`);
    const events = latencyFigures('event', await latencies(mesh, load, eventSource));
    say(`${load.rate} changes/s into audit.candidates.v1`);
    const changes = latencyFigures('change', await latencies(mesh, load, candidateSource));
    say('Single events at rest');
    return { ...events, ...changes, ...(await atRest(mesh, singles)) };
  } finally {
    await mesh.stop();
  }
}
