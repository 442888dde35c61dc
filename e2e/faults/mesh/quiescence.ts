import { setTimeout as wait } from 'node:timers/promises';
import { topics, type Topic } from '@auditmesh/events';
import pg from 'pg';
import type { DirectKafka } from './direct-kafka.ts';

type Admin = ReturnType<DirectKafka['client']['admin']>;

/** Records of a partition that a group has not settled yet. */
export interface Lag {
  group: string;
  topic: string;
  partition: number;
  /** From the committed offset, which an open window holds back, to the end. */
  records: number;
}

const POLL_MS = 1_000;
/** An input of a group, and where its offsets of record are. */
export interface Input {
  group: string;
  topic: Topic<unknown>;
  offsetsIn: 'kafka' | 'postgresql';
}

/** In the order of the flow; what the engine asks of itself and the consolidator brings nothing new to those before. */
const inputsOfMesh: Input[] = [
  { group: 'policy-sync', topic: topics.policyPushes, offsetsIn: 'kafka' },
  { group: 'policy-sync', topic: topics.policyEnforcements, offsetsIn: 'kafka' },
  { group: 'policy-sync', topic: topics.directoryChanges, offsetsIn: 'kafka' },
  { group: 'violations.frameworks', topic: topics.directoryChanges, offsetsIn: 'kafka' },
  { group: 'violations.approvals', topic: topics.mergeRequestsChanges, offsetsIn: 'kafka' },
  { group: 'violations.controls', topic: topics.auditEvents, offsetsIn: 'kafka' },
  { group: 'violations.controls', topic: topics.complianceCommands, offsetsIn: 'kafka' },
  { group: 'consolidator', topic: topics.auditCandidates, offsetsIn: 'kafka' },
  { group: 'secret-access', topic: topics.secretAccesses, offsetsIn: 'kafka' },
  { group: 'projector.directory', topic: topics.directoryChanges, offsetsIn: 'kafka' },
  { group: 'projector', topic: topics.auditEvents, offsetsIn: 'postgresql' },
  { group: 'projector', topic: topics.complianceViolations, offsetsIn: 'postgresql' },
  { group: 'projector', topic: topics.directoryChanges, offsetsIn: 'postgresql' },
];

/**
 * Waits until every input is read to its end, every window is closed and every row is written.
 *
 * @returns nothing, or what is left when there was no progress for `stuckAfterMs`
 */
export async function untilQuiescent(
  kafka: DirectKafka,
  databaseUrl: string,
  stuckAfterMs: number,
  signal: AbortSignal,
  inputs: readonly Input[] = inputsOfMesh,
): Promise<Lag[]> {
  let best = Infinity;
  let bestAt = Date.now();
  for (;;) {
    const isLate = Date.now() - bestAt > stuckAfterMs;
    const lags = await allLags(kafka, databaseUrl, inputs).catch((error: unknown) => {
      if (isLate) throw error; // a server that is still starting is not
    });
    if (lags && !lags.length) return [];
    const total = lags ? lags.reduce((sum, { records }) => sum + records, 0) : Infinity;
    if (total < best) bestAt = Date.now();
    else if (lags && isLate) return lags;
    best = Math.min(best, total);
    await wait(POLL_MS, undefined, { signal });
  }
}

/** One part after the other in the order of the flow: what is settled upstream when it is looked at brings nothing new. */
async function allLags(kafka: DirectKafka, databaseUrl: string, inputs: readonly Input[]): Promise<Lag[]> {
  const admin = kafka.client.admin();
  await admin.connect();
  try {
    const lags: Lag[] = [];
    for (const { group, topic, offsetsIn } of inputs) {
      const { name } = topic;
      const offsets =
        offsetsIn === 'kafka'
          ? await committedOffsets(admin, group, name)
          : await offsetsOfRecord(databaseUrl, group, name);
      lags.push(...behind(group, name, offsets, await admin.fetchTopicOffsets(name)));
    }
    return lags;
  } finally {
    await admin.disconnect();
  }
}

async function committedOffsets(admin: Admin, group: string, topic: string): Promise<Map<number, number>> {
  const committed = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  return new Map(committed[0]!.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
}

function behind(
  group: string,
  topic: string,
  offsets: Map<number, number>,
  ends: { partition: number; high: string; low: string }[],
): Lag[] {
  return ends
    .map(({ partition, high, low }) => ({
      group,
      topic,
      partition,
      records: Number(high) - Math.max(offsets.get(partition) ?? 0, Number(low)),
    }))
    .filter(({ records }) => records > 0);
}

async function offsetsOfRecord(url: string, group: string, topic: string): Promise<Map<number, number>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ partition: number; next_offset: string }>(
      'SELECT partition, next_offset FROM trail.kafka_offsets WHERE consumer_group = $1 AND topic = $2',
      [group, topic],
    );
    return new Map(rows.map(({ partition, next_offset }) => [partition, Number(next_offset)]));
  } finally {
    await client.end();
  }
}
