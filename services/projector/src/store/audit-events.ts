import { formatMicros, type AuditEvent } from '@auditmesh/events';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { eventColumns, eventRow } from '../domain/event-row.js';
import { Database } from './database.js';
import { Offsets } from './offsets.js';

/** An event with what its record says of it. */
export interface RecordedEvent {
  event: AuditEvent;
  /** Key of the record. */
  log: string;
  /** Append time of the record, ms. */
  recordedAt: number;
}

/** A batch with the offsets between which it lies. */
export interface EventBatch {
  group: string;
  topic: string;
  partition: number;
  expectedOffset: number | undefined;
  nextOffset: number;
  events: RecordedEvent[];
}

const COPY = `COPY audit_events (${eventColumns.join(', ')}) FROM STDIN`;

/** Writes the audit trail. */
@Injectable()
export class AuditEvents {
  private readonly months = new Set<string>();

  constructor(private readonly database: Database) {}

  /**
   * Makes the events and the offset durable in one transaction: rows for the events that are new, at the next positions
   * of their logs. An event whose id is there already changes nothing.
   *
   * @throws OffsetMoved, PostgresUnavailable
   */
  async write(batch: EventBatch): Promise<void> {
    await this.ensureMonths(batch.events);
    await this.database.transaction(async (client) => {
      await Offsets.move(
        client,
        batch.group,
        batch.topic,
        batch.partition,
        batch.expectedOffset,
        batch.nextOffset,
      );
      const fresh = await withoutDuplicates(client, batch.events);
      if (!fresh.length) return;
      const heads = await lockHeads(client, fresh);
      const rows = fresh.map(({ event, log, recordedAt }) => {
        const position = heads.get(log)!;
        heads.set(log, position + 1);
        return eventRow(event, recordedAt, log, position);
      });
      await copy(client, rows);
      await moveHeads(client, heads);
      await insertContents(client, fresh);
    });
  }

  /** Partitions are made on demand, in transactions of their own, since imported history is old. */
  private async ensureMonths(events: RecordedEvent[]): Promise<void> {
    for (const { event } of events) {
      const month = new Date(event.occurred_at / 1000).toISOString().slice(0, 7);
      if (this.months.has(month)) continue;
      await this.database.with((client) => client.query('SELECT ensure_month($1)', [`${month}-01`]));
      this.months.add(month);
    }
  }
}

/** The first of each id, but for those that are there already. */
async function withoutDuplicates(client: pg.ClientBase, events: RecordedEvent[]): Promise<RecordedEvent[]> {
  const byId = new Map<string, RecordedEvent>();
  for (const recorded of events) if (!byId.has(recorded.event.id)) byId.set(recorded.event.id, recorded);
  if (!byId.size) return [];
  const list = [...byId.values()];
  const { rows } = await client.query<{ id: string }>(
    `SELECT e.id FROM unnest($1::uuid[], $2::timestamptz[]) AS n (id, occurred_at)
     JOIN audit_events e ON e.id = n.id AND e.occurred_at = n.occurred_at`,
    [list.map((r) => r.event.id), list.map((r) => formatMicros(r.event.occurred_at))],
  );
  for (const { id } of rows) byId.delete(id);
  return [...byId.values()];
}

/** Sizes of the logs, locked in the order of their names so that writers never wait for each other in a circle. */
async function lockHeads(client: pg.ClientBase, events: RecordedEvent[]): Promise<Map<string, number>> {
  const logs = [...new Set(events.map(({ log }) => log))].toSorted();
  const read = () =>
    client.query<{ log: string; size: string }>(
      'SELECT log, size FROM log_heads WHERE log = ANY ($1) ORDER BY log FOR UPDATE',
      [logs],
    );
  let { rows } = await read();
  if (rows.length < logs.length) {
    await client.query(
      'INSERT INTO log_heads (log) SELECT l FROM unnest($1::text[]) AS l ORDER BY l ON CONFLICT DO NOTHING',
      [logs],
    );
    ({ rows } = await read());
  }
  return new Map(rows.map(({ log, size }) => [log, Number(size)]));
}

async function moveHeads(client: pg.ClientBase, heads: Map<string, number>): Promise<void> {
  await client.query(
    'UPDATE log_heads h SET size = n.size FROM unnest($1::text[], $2::bigint[]) AS n (log, size) WHERE h.log = n.log',
    [[...heads.keys()], [...heads.values()]],
  );
}

async function insertContents(client: pg.ClientBase, events: RecordedEvent[]): Promise<void> {
  const contents = new Map(
    events.flatMap(({ event }) => event.contents.map(({ sha256, text }) => [sha256, text])),
  );
  if (!contents.size) return;
  await client.query(
    'INSERT INTO audit_event_contents SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING',
    [[...contents.keys()], [...contents.values()]],
  );
}

async function copy(client: pg.ClientBase, rows: string[]): Promise<void> {
  const stream = client.query(copyFrom(COPY));
  await new Promise<void>((resolve, reject) => {
    stream.on('error', reject);
    stream.on('finish', resolve);
    stream.end(rows.join(''));
  });
}
