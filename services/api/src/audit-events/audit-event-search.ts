import { Catalog, formatMicros } from '@auditmesh/events';
import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import { AuditEventRow } from '../store/audit-event.entity.js';
import { eventJson, type AuditEventJson, type AuditEventPage } from './audit-event.json.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { momentOf, type SearchAuditEventsQuery } from './search-audit-events.query.js';

type Builder = SelectQueryBuilder<AuditEventRow>;

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
  async page({ limit, cursor, ...filter }: SearchAuditEventsQuery): Promise<AuditEventPage> {
    const builder = this.source.createQueryBuilder(AuditEventRow, 'e');
    builder.where('e.type <> ALL (:unsaved)', { unsaved: this.unsaved });
    narrow(builder, filter);
    if (cursor !== undefined) {
      const after = decodeCursor(cursor, filter);
      if (!after) throw Problem.parameter('cursor', 'it is none that this query has given.');
      builder.andWhere('(e.occurred_at, e.id) < (:at::timestamptz, :id::uuid)', {
        at: after.occurredAt,
        id: after.id,
      });
    }
    const rows = await builder
      .orderBy('e.occurred_at', 'DESC')
      .addOrderBy('e.id', 'DESC')
      .limit(limit + 1)
      .getMany();
    const items = rows.slice(0, limit).map(eventJson);
    const last = items.at(-1);
    const next =
      rows.length > limit && last
        ? encodeCursor({ occurredAt: last.occurred_at, id: last.id }, filter)
        : null;
    return { items, next };
  }

  async byId(id: string): Promise<AuditEventJson | undefined> {
    const millisecond = millisecondOf(id);
    if (millisecond > LAST_MILLISECOND) return undefined;
    const row = await this.source
      .createQueryBuilder(AuditEventRow, 'e')
      .where('e.id = :id', { id })
      .andWhere('e.type <> ALL (:unsaved)', { unsaved: this.unsaved })
      .andWhere(
        "e.occurred_at >= :from::timestamptz AND e.occurred_at < :from::timestamptz + interval '1 ms'",
        {
          from: formatMicros(millisecond * 1000),
        },
      )
      .getOne();
    return row ? eventJson(row) : undefined;
  }
}

function narrow(builder: Builder, filter: Omit<SearchAuditEventsQuery, 'limit' | 'cursor'>): void {
  const { type, category, actor, scope, target, outcome, from, to, q } = filter;
  if (type) narrowType(builder, type);
  if (category) builder.andWhere('e.category IN (:...category)', { category });
  if (actor)
    builder.andWhere(
      '(e.actor_id = :actor OR lower(e.actor_email) = lower(:actor) OR lower(e.actor_name) = lower(:actor))',
      { actor },
    );
  if (scope) narrowScope(builder, scope);
  if (target) builder.andWhere('(e.target_id = :target OR e.target_name = :target)', { target });
  if (outcome) builder.andWhere('e.outcome = :outcome', { outcome });
  if (from) builder.andWhere('e.occurred_at >= :from::timestamptz', { from: formatMicros(momentOf(from)!) });
  if (to) builder.andWhere('e.occurred_at < :to::timestamptz', { to: formatMicros(momentOf(to)!) });
  if (q) {
    const words = 'audit_event_words(e.message, e.target_name, e.actor_name, e.scope_path)';
    builder.andWhere(`${words} @@ websearch_to_tsquery('simple', :q)`, { q });
  }
}

function narrowType(builder: Builder, types: string[]): void {
  const exact = types.filter((t) => !t.endsWith('*'));
  const begins = types.filter((t) => t.endsWith('*')).map((t) => likePrefix(t.slice(0, -1)));
  builder.andWhere('(e.type = ANY (:exact) OR e.type LIKE ANY (:begins))', { exact, begins });
}

/** `project:42` by its id; anything else is a path, with what is below it. */
function narrowScope(builder: Builder, scope: string): void {
  const [, type, id] = /^(instance|group|project|user):(.*)$/.exec(scope) ?? [];
  if (type) builder.andWhere('e.scope_type = :scopeType', { scopeType: type });
  if (type && id) builder.andWhere('e.scope_id = :scopeId', { scopeId: id });
  if (!type)
    builder.andWhere('(e.scope_path = :path OR e.scope_path LIKE :below)', {
      path: scope,
      below: likePrefix(`${scope}/`),
    });
}

/** Of the year 9999. */
const LAST_MILLISECOND = 253_402_300_799_999;

/** An id begins with the millisecond of its event, which finds the partition and the row. */
const millisecondOf = (id: string): number => parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

const likePrefix = (text: string): string => `${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
