import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { formatMicros } from '@auditmesh/events';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { eventColumns, eventRow, type EventRow, type RecordedEvent } from '../domain/event-row.js';
import { Database } from './database.js';
import { Offsets, type OffsetRange } from './offsets.js';

const COPY = `COPY audit_events (${eventColumns.join(', ')}) FROM STDIN`;
/** Rows made in one go: sockets and heartbeats are served in between. */
const SLICE = 250;

/** Writes the audit trail. */
@Injectable()
export class AuditEvents {
  private readonly months = new Set<string>();

  constructor(private readonly database: Database) {}

  /** Does what can be done before it is known what is there: rows but for their positions, and the months they go to. */
  async prepare(events: RecordedEvent[]): Promise<EventRow[]> {
    const rows = new Map<string, EventRow>();
    for (let at = 0; at < events.length; at += SLICE) {
      for (const recorded of events.slice(at, at + SLICE)) {
        if (!rows.has(recorded.event.id)) rows.set(recorded.event.id, eventRow(recorded));
      }
      await setImmediate();
    }
    await this.ensureMonths(events);
    return [...rows.values()];
  }

  /**
   * Makes the rows and the offset durable in one transaction; what is new gets the next positions of its log. A row whose
   * id is there already changes nothing.
   *
   * @param frontier the latest occurred_at that this partition has in the trail: what is later is new
   * @throws OffsetMoved, PostgresUnavailable
   */
  async write(range: OffsetRange, rows: EventRow[], frontier: string): Promise<void> {
    await this.database.transaction(async (client) => {
      await Offsets.move(client, range);
      const fresh = await withoutDuplicates(client, rows, frontier);
      if (!fresh.length) return;
      const heads = await lockHeads(client, fresh);
      await copy(client, fresh, heads);
      await moveHeads(client, heads);
      await insertContents(client, fresh);
    });
  }

  /** The latest occurred_at in the trail, RFC 3339 with microseconds; empty without events. */
  async latest(): Promise<string> {
    const { rows } = await this.database.with((client) =>
      client.query<{ micros: string | null }>(
        'SELECT (extract(epoch FROM max(occurred_at)) * 1000000)::bigint AS micros FROM audit_events',
      ),
    );
    const micros = rows[0]?.micros;
    return micros ? formatMicros(Number(micros)) : '';
  }

  /** Partitions are made on demand, in transactions of their own, since imported history is old. */
  private async ensureMonths(events: RecordedEvent[]): Promise<void> {
    let last = '';
    for (const { event } of events) {
      const month = formatMicros(event.occurred_at).slice(0, 7);
      if (month === last || this.months.has(month)) continue;
      await this.database.with((client) => client.query('SELECT ensure_month($1)', [`${month}-01`]));
      this.months.add((last = month));
    }
  }
}

async function withoutDuplicates(
  client: pg.ClientBase,
  rows: EventRow[],
  frontier: string,
): Promise<EventRow[]> {
  const old = rows.filter(({ occurredAt }) => occurredAt <= frontier);
  if (!old.length) return rows;
  const { rows: there } = await client.query<{ id: string }>(
    `SELECT e.id FROM unnest($1::uuid[], $2::timestamptz[]) AS n (id, occurred_at)
     JOIN audit_events e ON e.id = n.id AND e.occurred_at = n.occurred_at`,
    [old.map(({ id }) => id), old.map(({ occurredAt }) => occurredAt)],
  );
  if (!there.length) return rows;
  const known = new Set(there.map(({ id }) => id));
  return rows.filter(({ id }) => !known.has(id));
}

/** Sizes of the logs, locked in the order of their names so that writers never wait for each other in a circle. */
async function lockHeads(client: pg.ClientBase, rows: EventRow[]): Promise<Map<string, number>> {
  const logs = [...new Set(rows.map(({ log }) => log))].toSorted();
  const read = () =>
    client.query<{ log: string; size: string }>(
      'SELECT log, size FROM log_heads WHERE log = ANY ($1) ORDER BY log FOR UPDATE',
      [logs],
    );
  let { rows: heads } = await read();
  if (heads.length < logs.length) {
    await client.query(
      'INSERT INTO log_heads (log) SELECT l FROM unnest($1::text[]) AS l ORDER BY l ON CONFLICT DO NOTHING',
      [logs],
    );
    ({ rows: heads } = await read());
  }
  return new Map(heads.map(({ log, size }) => [log, Number(size)]));
}

async function moveHeads(client: pg.ClientBase, heads: Map<string, number>): Promise<void> {
  await client.query(
    'UPDATE log_heads h SET size = n.size FROM unnest($1::text[], $2::bigint[]) AS n (log, size) WHERE h.log = n.log',
    [[...heads.keys()], [...heads.values()]],
  );
}

async function insertContents(client: pg.ClientBase, rows: EventRow[]): Promise<void> {
  const contents = new Map(rows.flatMap((row) => row.contents.map(({ sha256, text }) => [sha256, text])));
  if (!contents.size) return;
  await client.query(
    'INSERT INTO audit_event_contents SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING',
    [[...contents.keys()], [...contents.values()]],
  );
}

/** Sends the rows slice by slice, so that the server works on one while the next is made; moves `heads` along. */
async function copy(client: pg.ClientBase, rows: EventRow[], heads: Map<string, number>): Promise<void> {
  const stream = client.query(copyFrom(COPY));
  const done = once(stream, 'finish');
  done.catch(() => undefined); // awaited below
  for (let at = 0; at < rows.length && !stream.errored; at += SLICE) {
    let text = '';
    for (const { log, beginning } of rows.slice(at, at + SLICE)) {
      const position = heads.get(log)!;
      heads.set(log, position + 1);
      text += `${beginning}${position}\n`;
    }
    if (!stream.write(text)) await Promise.race([once(stream, 'drain'), done]);
  }
  stream.end();
  await done;
}
