import type { KafkaClient } from '../client/kafka-client.js';
import { GroupOffsets } from '../consumer/group-offsets.js';
import { committedOffset, offsetMetadata, partitionCount } from '../consumer/offsets.js';
import { readPartition } from '../consumer/read-partition.js';
import { asItCame } from '../producer/as-it-came.js';
import type { Written } from '../producer/record-producer.js';
import { TransactionalProducer } from '../producer/transactional-producer.js';
import type { ConsumedRecord } from '../record.js';

/** A dead letter as it lies in its queue. */
export interface DeadLetter {
  /** Where it came from, by name on the cluster; or what it is about, where it was no record. */
  topic: string;
  /** Whether it was a record; else only what is known about it was kept, and nothing can be put back. */
  isRecord: boolean;
  partition: number;
  offset: number;
  code: string;
  reason: string;
  record: ConsumedRecord;
}

/** What became of a dead letter that was put back. */
export type Replayed = DeadLetter & {
  outcome:
    | { kind: 'handled' }
    /** It came to the queue again. */
    | { kind: 'rejected'; reason: string }
    /** The group has not come so far in time. */
    | { kind: 'pending' }
    /** Another copy of a letter that was put back already. */
    | { kind: 'copy' }
    /** There is nothing to put back; it waits no longer. */
    | { kind: 'no_record' };
};

/** Letters of the group that were not put back yet, the oldest first. */
export async function waitingDeadLetters(client: KafkaClient, group: string): Promise<DeadLetter[]> {
  return (await readQueue(client, group)).flatMap(({ letters }) => letters);
}

/**
 * Puts the waiting dead letters of a group back to where they came from, at the end of their partitions, and tells what
 * became of each. Records and the position in the queue move in one transaction: cut off and repeated, none is put back
 * twice.
 *
 * @param timeoutMs how long to wait for the group to handle them
 */
export async function replayDeadLetters(
  client: KafkaClient,
  group: string,
  timeoutMs: number,
): Promise<Replayed[]> {
  const queue = client.name(`${group}.dlq`);
  const replayGroup = `${queue}.replay`;
  const done = new Map<string, Written | undefined>();
  const all: { letter: DeadLetter; copy: boolean }[] = [];
  const producer = new TransactionalProducer(client, replayGroup);
  await producer.fence();
  try {
    for (const { partition, letters, nextOffset } of await readQueue(client, group)) {
      for (const letter of letters) {
        const copy = letter.isRecord && done.has(originOf(letter));
        all.push({ letter, copy });
        if (copy || !letter.isRecord) continue;
        done.set(originOf(letter), undefined);
        const [written] = await producer.send(letter.topic, [
          asItCame(letter.record, letter.partition, (name) => name.startsWith('dlq_')),
        ]);
        done.set(originOf(letter), written);
      }
      if (letters.length) {
        await producer.commit(replayGroup, [
          { topic: queue, partition, offset: nextOffset, metadata: offsetMetadata(nextOffset) },
        ]);
      }
    }
  } finally {
    await producer.discard();
  }
  return outcomes(client, group, all, done, timeoutMs);
}

async function outcomes(
  client: KafkaClient,
  group: string,
  all: { letter: DeadLetter; copy: boolean }[],
  done: Map<string, Written | undefined>,
  timeoutMs: number,
): Promise<Replayed[]> {
  const written = [...done.values()].filter((w) => w !== undefined);
  const offsets = new GroupOffsets(client);
  const handled = await offsets.handled(group, written, timeoutMs);
  await offsets.disconnect();
  const again = new Map(
    (await waitingDeadLetters(client, group)).map((letter) => [originOf(letter), letter.reason]),
  );
  return all.map(({ letter, copy }): Replayed => {
    if (copy) return { ...letter, outcome: { kind: 'copy' } };
    if (!letter.isRecord) return { ...letter, outcome: { kind: 'no_record' } };
    const reason = again.get(originOf(done.get(originOf(letter))!));
    if (reason !== undefined) return { ...letter, outcome: { kind: 'rejected', reason } };
    return { ...letter, outcome: { kind: handled ? 'handled' : 'pending' } };
  });
}

/** Per partition of the queue, what was not put back yet. */
async function readQueue(
  client: KafkaClient,
  group: string,
): Promise<{ partition: number; letters: DeadLetter[]; nextOffset: number }[]> {
  const queue = client.name(`${group}.dlq`);
  const cluster = client.cluster();
  await cluster.connect();
  try {
    const found = [];
    for (let partition = 0; partition < (await partitionCount(cluster, queue)); partition++) {
      const from = (await committedOffset(cluster, `${queue}.replay`, queue, partition))?.offset ?? 0;
      const letters: DeadLetter[] = [];
      let nextOffset = from;
      for await (const records of readPartition(client, queue, partition)) {
        for (const record of records) {
          if (record.offset < from) continue;
          letters.push(letterOf(record));
          nextOffset = record.offset + 1;
        }
      }
      found.push({ partition, letters, nextOffset });
    }
    return found;
  } finally {
    await cluster.disconnect();
  }
}

function letterOf(record: ConsumedRecord): DeadLetter {
  const {
    dlq_topic: topic,
    dlq_source: source = '',
    dlq_partition,
    dlq_offset,
    dlq_code: code = '',
    dlq_reason: reason = '',
  } = record.headers;
  return {
    topic: topic ?? source,
    isRecord: topic !== undefined,
    partition: Number(dlq_partition ?? 0),
    offset: Number(dlq_offset ?? record.offset),
    code,
    reason,
    record,
  };
}

const originOf = ({ topic, partition, offset }: Pick<DeadLetter, 'topic' | 'partition' | 'offset'>): string =>
  `${topic}/${partition}/${offset}`;
