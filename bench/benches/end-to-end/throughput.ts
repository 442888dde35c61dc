import { logKey, topics } from '@auditmesh/events';
import { partitionOf } from '@auditmesh/kafka';
import type { Stack } from '@auditmesh/local-stack';
import { auditEvents, monthsOf } from '../../load/audit-events.ts';
import { CommitWatch } from '../../stack/commit-watch.ts';
import { Mesh } from '../../stack/mesh.ts';

const LOOK_MS = 20;
/** At the beginning instances still join and share out, at the end some have nothing left. */
const MEASURED = { from: 0.3, to: 0.9 };

/** Events per second from a backlog to rows, with as many partitions as projectors. */
export async function throughput(stack: Stack, partitions: number, count: number): Promise<number> {
  const mesh = await Mesh.create(stack, `scale_${partitions}`, partitions, ['projector']);
  try {
    const until = Date.now();
    await mesh.corner.produce(topics.auditEvents, auditEvents(count, until, tenantsOf(partitions)));
    await mesh.database.ensureMonths(monthsOf(until));
    await mesh.database.checkpoint();
    const watch = await CommitWatch.start(mesh.database, LOOK_MS);
    try {
      await mesh.start(...Array.from({ length: partitions }, () => 'projector' as const));
      await watch.until(count, mesh.programs.values());
    } finally {
      await watch.stop();
    }
    return watch.commits.rate(count * MEASURED.from, count * MEASURED.to);
  } finally {
    await mesh.stop();
  }
}

/** Tenants whose logs lie in one partition each. */
function tenantsOf(partitions: number): string[] {
  const byPartition = new Map<number, string>();
  for (let tenant = 1; byPartition.size < partitions; tenant++) {
    const partition = partitionOf(logKey(String(tenant)), partitions);
    if (!byPartition.has(partition)) byPartition.set(partition, String(tenant));
  }
  return [...byPartition.values()];
}
