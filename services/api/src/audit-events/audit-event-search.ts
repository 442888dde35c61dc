import { Catalog, formatMicros } from '@auditmesh/events';
import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import { conditionsOf } from '../domain/conditions.js';
import type { EventFilter, Sight } from '../domain/event-filter.js';
import { AuditEventRow } from '../store/audit-event.entity.js';
import { eventJson, type AuditEventJson } from './audit-event.json.js';
import { decodeCursor, encodeCursor, type Cursor } from './cursor.js';

/** Which page of a list. */
export interface PageWanted {
  limit: number;
  cursor?: string | undefined;
  /** The parameters of the list; a cursor is of these and no others. */
  of: object;
}

/** Finds events in the trail, the newest first. */
@Injectable()
export class AuditEventSearch {
  /** Types that are streamed only. */
  private readonly unsaved: string[];

  constructor(
    private readonly source: DataSource,
    catalog: Catalog,
  ) {
    this.unsaved = catalog.all().flatMap(({ name, saved_to_database }) => (saved_to_database ? [] : [name]));
  }

  /** A page in the order of (occurred_at, id), which new events do not shift. @throws Problem 400 for a foreign cursor */
  async page(
    filter: EventFilter,
    { limit, cursor, of }: PageWanted,
  ): Promise<{ items: AuditEventJson[]; next: string | null }> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor, of);
    if (cursor !== undefined && !after)
      throw Problem.parameter('cursor', 'it is none that this query has given.');
    const rows = await this.statement(filter, limit + 1, after).getMany();
    const items = rows.slice(0, limit).map(eventJson);
    const last = items.at(-1);
    const next =
      rows.length > limit && last ? encodeCursor({ occurredAt: last.occurred_at, id: last.id }, of) : null;
    return { items, next };
  }

  /** What a page is read by. */
  statement(filter: EventFilter, limit: number, after?: Cursor): SelectQueryBuilder<AuditEventRow> {
    const builder = this.seen(filter);
    if (after)
      builder.andWhere('(e.occurred_at, e.id) < (:at::timestamptz, :id::uuid)', {
        at: after.occurredAt,
        id: after.id,
      });
    return builder.orderBy('e.occurred_at', 'DESC').addOrderBy('e.id', 'DESC').limit(limit);
  }

  /** The event, if it is there and may be seen. */
  async byId(id: string, sight: Sight): Promise<AuditEventJson | undefined> {
    const millisecond = millisecondOf(id);
    if (millisecond > LAST_MILLISECOND) return undefined;
    const row = await this.seen({ terms: [], words: null, sight })
      .andWhere('e.id = :id', { id })
      .andWhere(
        "e.occurred_at >= :from::timestamptz AND e.occurred_at < :from::timestamptz + interval '1 ms'",
        {
          from: formatMicros(millisecond * 1000),
        },
      )
      .getOne();
    return row ? eventJson(row) : undefined;
  }

  /** Those of the events that are there and may be seen, by id. @param keys at most some thousand, with when each happened */
  async byKeys(
    keys: readonly { id: string; occurredAt: string }[],
    sight: Sight,
  ): Promise<Map<string, AuditEventJson>> {
    const rows = await this.seen({ terms: [], words: null, sight })
      .andWhere('(e.occurred_at, e.id) IN (SELECT * FROM unnest(:times::timestamptz[], :ids::uuid[]))', {
        times: keys.map(({ occurredAt }) => occurredAt),
        ids: keys.map(({ id }) => id),
      })
      .getMany();
    return new Map(rows.map((row) => [row.id, eventJson(row)]));
  }

  private seen(filter: EventFilter): SelectQueryBuilder<AuditEventRow> {
    const builder = this.source.createQueryBuilder(AuditEventRow, 'e');
    builder.where('e.type <> ALL (:unsaved)', { unsaved: this.unsaved });
    for (const { sql, values } of conditionsOf(filter)) builder.andWhere(sql, values);
    return builder;
  }
}

/** Of the year 9999. */
const LAST_MILLISECOND = 253_402_300_799_999;

/** An id begins with the millisecond of its event, which finds the partition and the row. */
const millisecondOf = (id: string): number => parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
