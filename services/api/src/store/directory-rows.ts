import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Namespace } from '../domain/crowded-projects.js';
import type { Place } from '../domain/principal.js';
import type { ResolvedScope } from '../audit-events/event-of-post.js';

/** The directory as the projector has written it. */
@Injectable()
export class DirectoryRows {
  constructor(private readonly source: DataSource) {}

  /** Path and tenant of a group or project; undefined if the directory does not know it. */
  async resolve(type: string, id: string): Promise<ResolvedScope | undefined> {
    if (!/^\d{1,18}$/.test(id) || !['group', 'project'].includes(type)) return undefined;
    const table = type === 'group' ? 'namespaces' : 'projects';
    const [row] = await this.source.query<{ path: string; tenant: string; log_shards: number | null }[]>(
      `SELECT x.path, x.tenant, root.log_shards FROM ${table} x LEFT JOIN namespaces root ON root.id::text = x.tenant WHERE x.id = $1`,
      [id],
    );
    if (!row || row.tenant === '0') return undefined;
    return { path: row.path, tenant: row.tenant, logShards: row.log_shards ?? 1 };
  }

  /** Where a project or group lies; undefined if the directory does not know it. */
  async place(table: 'namespaces' | 'projects', id: number): Promise<Place | undefined> {
    const [row] = await this.source.query<{ path: string; tenant: string }[]>(
      `SELECT path, tenant FROM ${table} WHERE id = $1`,
      [id],
    );
    return row && { root_namespace_id: row.tenant, path: row.path };
  }

  /** The namespaces that a project lies in, the innermost first. */
  async above(projectId: number): Promise<Namespace[]> {
    const rows = await this.source.query<{ id: string; parent_id: string | null }[]>(
      `WITH RECURSIVE above AS (
         SELECT n.id, n.parent_id, 1 AS level FROM projects p JOIN namespaces n ON n.id = p.namespace_id WHERE p.id = $1
         UNION ALL
         SELECT n.id, n.parent_id, level + 1 FROM above JOIN namespaces n ON n.id = above.parent_id WHERE level < 100)
       SELECT id, parent_id FROM above ORDER BY level`,
      [projectId],
    );
    return rows.map(({ id, parent_id }) => ({
      id: Number(id),
      parent_id: parent_id === null ? null : Number(parent_id),
    }));
  }

  /** Ids of the groups with these ids or full paths, by what was given; what is not known is left out. */
  async namespaceIds(names: string[]): Promise<Map<string, string>> {
    const rows = await this.source.query<{ name: string; id: string }[]>(
      'SELECT g.name, n.id FROM unnest($1::text[]) AS g (name) JOIN namespaces n ON n.id::text = g.name OR n.path = g.name',
      [names],
    );
    return new Map(rows.map(({ name, id }) => [name, id]));
  }

  /** What is known of the entities with these keys, as JSON text by key. */
  async known(keys: string[]): Promise<Map<string, Record<string, unknown>>> {
    const rows = await this.source.query<{ entity: Record<string, unknown> & { key: string } }[]>(
      ['namespaces', 'projects', 'policy_links', 'compliance_management_frameworks', 'compliance_controls']
        .map((table) => `SELECT to_jsonb(t) AS entity FROM ${table} t WHERE key = ANY ($1)`)
        .join(' UNION ALL '),
      [keys],
    );
    return new Map(rows.map(({ entity }) => [entity.key, entity]));
  }

  /** Tenants by id. */
  async tenants(table: 'namespaces' | 'projects', ids: number[]): Promise<Map<number, string>> {
    const rows = await this.source.query<{ id: string; tenant: string }[]>(
      `SELECT id, tenant FROM ${table} WHERE id = ANY ($1)`,
      [ids],
    );
    return new Map(rows.map(({ id, tenant }) => [Number(id), tenant]));
  }
}
