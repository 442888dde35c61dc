import type { Evidence } from './evidence.ts';
import type { TopicRecord } from './topic-record.ts';

/** A line of JSON per record that the run has left behind: where it is, whose it is, and what tells it from others. */
export function* recordList({
  pushes,
  reports,
  directoryChanges,
  entries,
  mergeRequests,
  commands,
  candidates,
  closures,
  events,
  complianceChanges,
  deadLetters,
}: Evidence): Generator<string> {
  const own = {
    ...{ pushes, reports, directoryChanges, entries, mergeRequests, commands },
    ...{ candidates, closures, events, complianceChanges },
  };
  for (const [topic, records] of [...Object.entries(own), ...deadLetters] as [
    string,
    TopicRecord<unknown>[],
  ][])
    for (const { partition, offset, timestamp, key, sentAs, poison, headers, value } of records) {
      const place = [headers['dlq_topic'], headers['dlq_partition'], headers['dlq_offset']]
        .filter(Boolean)
        .join('/');
      const time = new Date(timestamp).toISOString();
      const line = {
        topic,
        partition,
        offset,
        time,
        key,
        sentAs,
        poison,
        place: place || undefined,
        ...essence(value),
      };
      yield JSON.stringify(line);
    }
}

function essence(value: unknown): object {
  const { id, ordinal, consolidation, push_id, number, through_offset } = (value ?? {}) as Record<
    string,
    unknown
  >;
  return { id, ordinal, consolidation, push_id, number, through_offset };
}
