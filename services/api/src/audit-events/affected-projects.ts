import { idsOfList } from '@auditmesh/events';
import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { DataSource } from 'typeorm';
import type { Sight } from '../domain/event-filter.js';
import { AuditEventSearch } from './audit-event-search.js';
import { MAX_LIMIT } from './search-audit-events.query.js';

export class AffectedProjectsQuery {
  @ApiPropertyOptional({ default: 100, minimum: 1, maximum: MAX_LIMIT })
  @IsOptional()
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  @Max(MAX_LIMIT)
  limit: number = 100;

  @ApiPropertyOptional({ description: 'From `next` of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  cursor?: string;
}

class AffectedProjectJson {
  @ApiProperty() id!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Full path today; null if it is not known' })
  path!: string | null;
}

export class AffectedProjectsPage {
  @ApiProperty({ type: [AffectedProjectJson] }) items!: AffectedProjectJson[];
  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last' })
  next!: string | null;
}

/** Lists the projects that an event affects, by ascending id. */
@Injectable()
export class AffectedProjects {
  constructor(
    private readonly search: AuditEventSearch,
    private readonly source: DataSource,
  ) {}

  /** @throws Problem 404 without such an event, 410 where the list was too long to be kept, 400 for a foreign cursor */
  async page(
    id: string,
    { limit, cursor }: AffectedProjectsQuery,
    sight: Sight,
  ): Promise<AffectedProjectsPage> {
    const event = await this.search.byId(id, sight);
    if (!event) throw new Problem(404, `There is no audit event ${id}, or it is not projected yet.`);
    const after = cursor === undefined ? -1 : positionOf(cursor);
    const list = await this.list(event.consolidation as Consolidation | null);
    const ids = [...firstOf(idsOfList(list, after), limit + 1)];
    const shown = ids.slice(0, limit);
    const paths = await this.paths(shown);
    return {
      items: shown.map((project) => ({ id: String(project), path: paths.get(project) ?? null })),
      next: ids.length > limit ? cursorAt(shown.at(-1)!) : null,
    };
  }

  private async list(consolidation: Consolidation | null): Promise<string> {
    if (!consolidation) return '""';
    const { affected_projects: sha256, affected_projects_count: count } = consolidation;
    const [row] = sha256
      ? await this.source.query<{ text: string }[]>(
          'SELECT text FROM audit_event_contents WHERE sha256 = $1',
          [sha256],
        )
      : [];
    if (!row)
      throw new Problem(
        410,
        `The event says that ${count} projects are affected; which ones they are was not kept.`,
      );
    return row.text;
  }

  private async paths(ids: number[]): Promise<Map<number, string>> {
    const rows = await this.source.query<{ id: string; path: string }[]>(
      'SELECT id, path FROM projects WHERE id = ANY ($1)',
      [ids],
    );
    return new Map(rows.map(({ id, path }) => [Number(id), path]));
  }
}

interface Consolidation {
  affected_projects?: string | null;
  affected_projects_count: number;
}

const cursorAt = (id: number): string => Buffer.from(String(id)).toString('base64url');

function positionOf(cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{1,16}$/.test(text)) throw Problem.parameter('cursor', 'it is none that this list has given.');
  return Number(text);
}

function* firstOf<T>(values: Iterable<T>, count: number): Generator<T> {
  for (const value of values) {
    if (count-- <= 0) return;
    yield value;
  }
}
