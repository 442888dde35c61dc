import type { Codec } from '@auditmesh/avro';
import { eventJson, NO_TENANT, type AuditEvent, type Catalog } from '@auditmesh/events';
import { Backoff, type TopicSlice } from '@auditmesh/kafka';
import type { Logger } from '@auditmesh/runtime';
import type { Slice } from '../domain/recent-slices.js';

/** An event at its place. */
export interface TailEntry {
  offset: number;
  event: AuditEvent;
  /** The event as the API gives it, as JSON text; made once for all streams. */
  json(): string;
}

export interface TailSlice extends Slice {
  entries: TailEntry[];
}

/** Makes events of records. Waits while the registry does not answer; what breaks the contract is left out, as in the trail. */
export async function decodeSlice(
  { records, ...slice }: TopicSlice,
  codec: Codec<AuditEvent>,
  catalog: Catalog,
  log: Logger,
): Promise<TailSlice> {
  const backoff = new Backoff();
  for (let prepared = false; !prepared;) {
    try {
      await codec.prepare(records.map(({ valueBytes }) => valueBytes));
      prepared = true;
    } catch (error) {
      log.warn({ err: error }, 'the live tail cannot decode yet, trying again');
      await backoff.wait();
    }
  }
  const entries: TailEntry[] = [];
  for (const { offset, key, valueBytes } of records) {
    try {
      const event = codec.decode(valueBytes);
      if (isOfTrail(event, key, catalog)) entries.push(entryOf(offset, event));
    } catch (error) {
      const { partition } = slice;
      log.warn({ err: error, partition, offset }, 'the live tail left out a record that does not decode');
    }
  }
  return { ...slice, entries };
}

/** The type gives it a meaning, and the key its tenant: who may see it depends on both. */
const isOfTrail = ({ type, scope }: AuditEvent, key: string, catalog: Catalog): boolean =>
  catalog.get(type) !== undefined && key.split('.')[0] === (scope.root_namespace_id ?? NO_TENANT);

function entryOf(offset: number, event: AuditEvent): TailEntry {
  let json: string | undefined;
  return { offset, event, json: () => (json ??= JSON.stringify(eventJson(event))) };
}
