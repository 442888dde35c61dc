import { setTimeout as wait } from 'node:timers/promises';
import { logKey, topics, type Topic } from '@auditmesh/events';
import { RecordProducer, type OutgoingRecord } from '@auditmesh/kafka';
import { auditEvent, TENANT } from '../../load/audit-events.ts';
import { candidatesOf } from '../../load/candidates.ts';
import { randomFrom } from '../../load/random.ts';
import { now } from '../../measure/clock.ts';
import { percentile, significant } from '../../measure/statistics.ts';
import { CommitWatch } from '../../stack/commit-watch.ts';
import type { Mesh } from '../../stack/mesh.ts';

/** How fast, and for how long. */
export interface Load {
  /** Events per second. */
  rate: number;
  /** Before what is measured. */
  warmUpSeconds: number;
  seconds: number;
}

/** What is written for each event, and where. */
export interface Source<T> {
  topic: Topic<T>;
  /** @param at now, µs since the epoch */
  records(number: number, at: number): OutgoingRecord<T>[];
}

const random = randomFrom(2);

/** Finished audit events. */
export const eventSource: Source<unknown> = {
  topic: topics.auditEvents,
  records: (number, at) => [{ key: logKey(TENANT), value: auditEvent(number, at, TENANT, random) }],
};

/** Changes of a policy that affect one project: header and member, which the consolidator makes one event of. */
export const candidateSource: Source<unknown> = {
  topic: topics.auditCandidates,
  records: (number, at) => candidatesOf(number, 1, at),
};

/** From the end of a request to the next, ms. */
const TICK_MS = 5;
const LOOK_MS = 5;

/**
 * Writes events at a steady rate and resolves to the milliseconds that each took from when it was due to when it was seen
 * committed. There is one partition, so they are committed in the order in which they were written.
 */
export async function latencies(mesh: Mesh, load: Load, source: Source<unknown>): Promise<number[]> {
  const producer = new RecordProducer(mesh.corner.client, await mesh.corner.open([source.topic]));
  await producer.connect();
  const watch = await CommitWatch.start(mesh.database, LOOK_MS);
  try {
    const before = watch.commits.count;
    const count = load.rate * (load.warmUpSeconds + load.seconds);
    const started = now();
    const dueAt = (number: number) => started + (number * 1000) / load.rate;
    for (let next = 0; next < count; await wait(TICK_MS)) {
      const records: OutgoingRecord<unknown>[] = [];
      const at = Date.now() * 1000;
      for (; next < count && dueAt(next) <= now(); next++)
        records.push(...source.records(next, at + (next % 1000)));
      // What falls due meanwhile goes with the next request, as with any producer that gathers.
      if (records.length) await producer.send(source.topic, records);
    }
    await watch.until(before + count, mesh.programs.values());
    const measured = Array.from(
      { length: load.rate * load.seconds },
      (_, i) => load.rate * load.warmUpSeconds + i,
    );
    return measured.map((number) => watch.commits.timeOf(before + number + 1)! - dueAt(number));
  } finally {
    await watch.stop();
    await producer.disconnect();
  }
}

export const latencyFigures = (name: string, values: number[]): Record<string, number> => ({
  [`${name}_to_row_p50_ms`]: significant(percentile(values, 0.5)),
  [`${name}_to_row_p99_ms`]: significant(percentile(values, 0.99)),
  [`${name}_to_row_max_ms`]: significant(percentile(values, 1)),
});
