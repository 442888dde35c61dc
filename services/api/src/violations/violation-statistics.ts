import { violationStatuses } from '@auditmesh/compliance';
import { formatMicros } from '@auditmesh/events';
import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { momentOf } from '../audit-events/search-audit-events.query.js';
import type { Principal } from '../domain/principal.js';
import { violationConditions, type ViolationFilter } from '../domain/violation-filter.js';
import { beginsOf, statisticsOf, type Interval, type MovesRow } from '../domain/violation-statistics.js';
import { ViolationRow } from '../store/violation.entity.js';
import { ViolationSearch } from './violation-search.js';
import type {
  Grouping,
  ViolationStatisticsJson,
  ViolationStatisticsQuery,
} from './violation-statistics.query.js';

const DEFAULT_RANGE_US = 30 * 86_400_000_000;
const MAX_INTERVALS = 400;

/** Counts violations over time. */
@Injectable()
export class ViolationStatistics {
  constructor(
    private readonly source: DataSource,
    private readonly search: ViolationSearch,
  ) {}

  /** @throws Problem 400 if there are too many intervals, or none */
  async of(query: ViolationStatisticsQuery, principal: Principal): Promise<ViolationStatisticsJson> {
    const { group_by, interval, limit, from: fromText, to: toText, ...filtered } = query;
    const to = toText ? momentOf(toText)! : Date.now() * 1000;
    const from = fromText ? momentOf(fromText)! : to - DEFAULT_RANGE_US;
    if (from >= to) throw Problem.parameter('from', 'it must be before `to`.');
    const begins = [...firstOf(beginsOf(interval, from, to), MAX_INTERVALS + 1)];
    if (begins.length > MAX_INTERVALS)
      throw Problem.parameter('interval', `that would be more than ${MAX_INTERVALS}; take longer ones.`);
    const filter = await this.search.filterOf(filtered, principal);
    const rows = await this.moves(filter, group_by, interval, begins[0]!, to);
    const groups = statisticsOf(rows, interval, from, to);
    return {
      from: formatMicros(begins[0]!),
      to: formatMicros(to),
      items: groups.slice(0, limit),
      left_off: Math.max(0, groups.length - limit),
    };
  }

  private async moves(
    filter: ViolationFilter,
    grouping: Grouping,
    interval: Interval,
    from: number,
    to: number,
  ): Promise<MovesRow[]> {
    const builder = this.source.createQueryBuilder(ViolationRow, 'v').where('true');
    for (const { sql, values } of violationConditions(filter)) builder.andWhere(sql, values);
    for (const [n, column] of ['id', 'control', 'title', 'project_id', 'project_path'].entries())
      builder[n ? 'addSelect' : 'select'](`v.${column}`, column);
    const [found, values] = builder.getQueryAndParameters();
    const n = values.length;
    const { join, key, name, opened, resolved, dismissed } = grouped[grouping];
    return this.source.query<MovesRow[]>(
      `WITH v AS (${found})
       SELECT ${key} AS key, ${name} AS name, begin,
         count(*) FILTER (WHERE ${opened})::int AS opened,
         count(*) FILTER (WHERE ${resolved})::int AS resolved,
         count(*) FILTER (WHERE ${dismissed})::int AS dismissed
       FROM v JOIN project_compliance_violation_changes c ON c.violation_id = v.id ${join}
       CROSS JOIN LATERAL (SELECT CASE WHEN c.at >= $${n + 1}::timestamptz
         THEN extract(epoch FROM date_trunc('${interval}', c.at, 'UTC'))::float8 * 1000000 END AS begin) b
       WHERE c.kind IN ('detected', 'transition') AND c.at < $${n + 2}::timestamptz
       GROUP BY 1, 3`,
      [...values, formatMicros(from), formatMicros(to)],
    );
  }
}

/** How rows `v` with their changes `c` are grouped and counted. */
interface Counting {
  join: string;
  key: string;
  name: string;
  opened: string;
  resolved: string;
  dismissed: string;
}

const TO = 'coalesce(c.to_status, 0)';
const openings = {
  join: '',
  opened: `${TO} IN (0, 1) AND (c.from_status IN (0, 1)) IS NOT TRUE`,
  resolved: 'c.from_status IN (0, 1) AND c.to_status = 2',
  dismissed: 'c.from_status IN (0, 1) AND c.to_status = 3',
};

const grouped: Record<Grouping, Counting> = {
  control: { ...openings, key: 'v.control', name: 'max(v.title)' },
  project: { ...openings, key: 'v.project_id::text', name: 'max(v.project_path)' },
  framework: {
    ...openings,
    join: `JOIN (SELECT violation_id, framework_id, max(framework_name) AS name
      FROM project_compliance_violation_requirements GROUP BY 1, 2) f ON f.violation_id = v.id`,
    key: 'f.framework_id::text',
    name: 'max(f.name)',
  },
  status: {
    join: `JOIN (VALUES ${violationStatuses.map((status, n) => `(${n}, '${status}')`).join()}) s (number, name)
      ON s.number IN (c.from_status, ${TO})`,
    key: 's.name',
    name: 'max(s.name)',
    opened: `s.number = ${TO}`,
    resolved: 's.number = c.from_status',
    dismissed: 'false',
  },
};

function* firstOf<T>(values: Iterable<T>, count: number): Generator<T> {
  for (const value of values) {
    if (count-- <= 0) return;
    yield value;
  }
}
