import { Problem } from '@auditmesh/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import type { PageWanted } from '../audit-events/audit-event-search.js';
import { rfc3339 } from '../audit-events/audit-event.json.js';
import { decodeCursor, encodeCursor, type Cursor } from '../audit-events/cursor.js';
import type { Principal } from '../domain/principal.js';
import { violationConditions, type ViolationFilter } from '../domain/violation-filter.js';
import { DirectoryRows } from '../store/directory-rows.js';
import { ViolationRow } from '../store/violation.entity.js';
import { ViolationRequirementRow } from '../store/violation-requirement.entity.js';
import { violationJson, type RequirementOfViolationJson, type ViolationJson } from './violation.json.js';
import { violationsFilter, type ViolationsFilterQuery } from './violations.query.js';

/** Rows that an export reads at a time. */
const EXPORT_PAGE = 1_000;

/** An expression, and the violations that broke it. */
export interface BrokenExpression {
  control: string;
  expression: string;
  /** RFC 3339. */
  first_detected_at: string;
  last_detected_at: string;
  violations: number;
}

/** Finds violations, the newest first. */
@Injectable()
export class ViolationSearch {
  constructor(
    @Inject(DataSource) private readonly source: Pick<EntityManager, 'query' | 'createQueryBuilder'>,
    private readonly directory: DirectoryRows,
  ) {}

  /** The same on other rows, such as those of a snapshot. */
  on(rows: EntityManager): ViolationSearch {
    return new ViolationSearch(rows, this.directory);
  }

  /** @throws Problem 400 if the directory has no group of that id */
  async filterOf(query: ViolationsFilterQuery, principal: Principal): Promise<ViolationFilter> {
    const { namespace } = query;
    if (!namespace || !/^\d+$/.test(namespace)) return violationsFilter(query, principal, namespace);
    const group = await this.directory.resolve('group', namespace);
    if (!group?.path) throw Problem.parameter('namespace', `the directory has no group ${namespace}.`);
    return violationsFilter(query, principal, group.path);
  }

  /** A page in the order of (detected_at, id), which new violations do not shift. @throws Problem 400 for a foreign cursor */
  async page(
    filter: ViolationFilter,
    { limit, cursor, of }: PageWanted,
  ): Promise<{ items: ViolationJson[]; next: string | null }> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor, of);
    if (cursor !== undefined && !after)
      throw Problem.parameter('cursor', 'it is none that this query has given.');
    const rows = await this.statement(filter, limit + 1, after).getMany();
    const items = await this.json(rows.slice(0, limit));
    const last = items.at(-1);
    const next =
      rows.length > limit && last ? encodeCursor({ occurredAt: last.detected_at, id: last.id }, of) : null;
    return { items, next };
  }

  /** All of them, page after page; memory holds one page. */
  async *pages(filter: ViolationFilter): AsyncGenerator<ViolationJson[]> {
    let after: Cursor | undefined;
    for (;;) {
      const rows = await this.statement(filter, EXPORT_PAGE, after).getMany();
      if (rows.length) yield await this.json(rows);
      const last = rows.at(-1);
      if (rows.length < EXPORT_PAGE || !last) return;
      after = { occurredAt: rfc3339(last.detected_at), id: last.id };
    }
  }

  /**
   * What a page is read by. Violations of a requirement or framework are read by the index of that, in the same order: they
   * may be few among many.
   */
  statement(filter: ViolationFilter, limit: number, after?: Cursor): SelectQueryBuilder<ViolationRow> {
    const asked = filter.terms.find(({ by }) => by === 'requirement' || by === 'framework');
    const builder = this.seen({ ...filter, terms: filter.terms.filter((term) => term !== asked) });
    if (asked?.by === 'requirement' || asked?.by === 'framework') drivenBy(builder, asked);
    const [at, id] = asked ? ['r.detected_at', 'r.violation_id'] : ['v.detected_at', 'v.id'];
    if (after)
      builder.andWhere(`(${at}, ${id}) < (:at::timestamptz, :id::uuid)`, {
        at: after.occurredAt,
        id: after.id,
      });
    return builder.orderBy(at!, 'DESC').addOrderBy(id!, 'DESC').limit(limit);
  }

  /** The violation, if it is there and may be seen. */
  async byId(id: string, { namespaces }: Principal): Promise<ViolationJson | undefined> {
    const row = await this.seen({ terms: [], namespaces }).andWhere('v.id = :id', { id }).getOne();
    return row ? (await this.json([row]))[0] : undefined;
  }

  /** The expressions that they broke, by control, in the order in which they were first detected. */
  async expressions(filter: ViolationFilter): Promise<BrokenExpression[]> {
    const found = await this.seen(filter)
      .select('v.control', 'control')
      .addSelect("v.compliance_requirement_expression ->> 'expression'", 'expression')
      .addSelect('min(v.detected_at)::text', 'first_detected_at')
      .addSelect('max(v.detected_at)::text', 'last_detected_at')
      .addSelect('count(*)::int', 'violations')
      .groupBy('1, 2')
      .orderBy('1')
      .addOrderBy('min(v.detected_at)')
      .getRawMany<BrokenExpression>();
    return found.map(({ first_detected_at, last_detected_at, ...each }) => ({
      ...each,
      first_detected_at: rfc3339(first_detected_at),
      last_detected_at: rfc3339(last_detected_at),
    }));
  }

  private seen(filter: ViolationFilter): SelectQueryBuilder<ViolationRow> {
    const builder = this.source.createQueryBuilder(ViolationRow, 'v').where('true');
    for (const { sql, values } of violationConditions(filter)) builder.andWhere(sql, values);
    return builder;
  }

  private async json(rows: ViolationRow[]): Promise<ViolationJson[]> {
    const asked = await this.source.query<(RequirementOfViolationJson & { violation_id: string })[]>(
      `SELECT violation_id, framework_id::float8, framework_name, compliance_requirement_id::float8 AS requirement_id, requirement_name
       FROM project_compliance_violation_requirements WHERE violation_id = ANY ($1) ORDER BY violation_id, position`,
      [rows.map(({ id }) => id)],
    );
    const byViolation = Map.groupBy(asked, ({ violation_id }) => violation_id);
    return rows.map((row) =>
      violationJson(
        row,
        (byViolation.get(row.id) ?? []).map(({ violation_id: _, ...requirement }) => requirement),
      ),
    );
  }
}

/** Of several requirements of a framework the first stands for all, so that a violation comes once. */
function drivenBy(
  builder: SelectQueryBuilder<ViolationRow>,
  { by, id }: { by: 'requirement' | 'framework'; id: number },
): void {
  const column = by === 'framework' ? 'framework_id' : 'compliance_requirement_id';
  builder.innerJoin(ViolationRequirementRow, 'r', 'r.violation_id = v.id');
  builder.andWhere(`r.${column} = :asked`, { asked: id });
  if (by === 'framework')
    builder.andWhere(
      `NOT EXISTS (SELECT FROM project_compliance_violation_requirements o
        WHERE o.violation_id = r.violation_id AND o.framework_id = r.framework_id AND o.position < r.position)`,
    );
}
