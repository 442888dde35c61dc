import { plainRequirement, type Framework, type UserControl } from '@auditmesh/events';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Subtree } from '../domain/principal.js';
import type { Namespace, Placed } from '../domain/crowded-projects.js';

/** A framework with its tenant. */
export type FrameworkRow = Framework & { key: string; tenant: string };

/** Which frameworks; every condition narrows. */
export interface FrameworksWanted {
  subtrees: 'all' | readonly Subtree[];
  namespaceId?: number;
  name?: string;
  afterId: number;
}

/** Frameworks, controls of tenants' own, and what they are assigned to, as the projector has written them. */
@Injectable()
export class ComplianceRows {
  constructor(private readonly source: DataSource) {}

  async framework(id: number): Promise<FrameworkRow | undefined> {
    const [found] = await this.frameworksWhere('f.id = $1', [id]);
    return found;
  }

  /** All frameworks of the tenants, by id. */
  frameworks(tenants: string[]): Promise<FrameworkRow[]> {
    return this.frameworksWhere('f.tenant = ANY ($1)', [tenants]);
  }

  /** A page, by id. */
  page({ subtrees, namespaceId, name, afterId }: FrameworksWanted, limit: number): Promise<FrameworkRow[]> {
    const tenants = subtrees === 'all' ? null : subtrees.map(({ tenant }) => tenant);
    return this.frameworksWhere(
      `f.id > $1 AND ($2::text[] IS NULL OR f.tenant = ANY ($2)) AND ($3::bigint IS NULL OR f.namespace_id = $3)
       AND ($4::text IS NULL OR f.name = $4)`,
      [afterId, tenants, namespaceId ?? null, name ?? null],
      limit,
    );
  }

  async controls(tenants: string[] | 'all'): Promise<UserControl[]> {
    const rows = await this.source.query<{ control: UserControl }[]>(
      `SELECT to_jsonb(c) - 'key' - 'tenant' AS control FROM compliance_controls c
       WHERE $1::text[] IS NULL OR tenant = ANY ($1) ORDER BY namespace_id, name`,
      [tenants === 'all' ? null : tenants],
    );
    return rows.map(({ control }) => control);
  }

  /** Frameworks of other tenants that have one of these requirements or external controls. */
  having(ids: { requirements: number[]; external: number[] }, others: string[]): Promise<FrameworkRow[]> {
    return this.frameworksWhere(
      `f.tenant <> ALL ($1) AND EXISTS (
         SELECT FROM jsonb_array_elements(f.requirements) r
         WHERE (r ->> 'id')::bigint = ANY ($2) OR EXISTS (
           SELECT FROM jsonb_array_elements(r -> 'external_controls') e WHERE (e ->> 'id')::bigint = ANY ($3)))`,
      [others, ids.requirements, ids.external],
    );
  }

  async namespaces(tenants: string[]): Promise<Namespace[]> {
    const rows = await this.source.query<{ id: string; parent_id: string | null }[]>(
      'SELECT id, parent_id FROM namespaces WHERE tenant = ANY ($1)',
      [tenants],
    );
    return rows.map(({ id, parent_id }) => ({
      id: Number(id),
      parent_id: parent_id === null ? null : Number(parent_id),
    }));
  }

  async projects(tenants: string[]): Promise<Placed[]> {
    const rows = await this.source.query<{ id: string; namespace_id: string }[]>(
      'SELECT id, namespace_id FROM projects WHERE tenant = ANY ($1)',
      [tenants],
    );
    return rows.map(({ id, namespace_id }) => ({ id: Number(id), namespace_id: Number(namespace_id) }));
  }

  /** Of these ids of a table, those that the tenant has. */
  async ofTenant(table: 'namespaces' | 'projects', tenant: string, ids: number[]): Promise<Set<number>> {
    if (!ids.length) return new Set();
    const rows = await this.source.query<{ id: string }[]>(
      `SELECT id FROM ${table} WHERE tenant = $1 AND id = ANY ($2)`,
      [tenant, ids],
    );
    return new Set(rows.map(({ id }) => Number(id)));
  }

  /** As many ids as are asked for, that nobody has. */
  async newIds(count: number): Promise<number[]> {
    const rows = await this.source.query<{ id: string }[]>(
      `SELECT nextval('ops.compliance_ids') AS id FROM generate_series(1, $1)`,
      [count],
    );
    return rows.map(({ id }) => Number(id));
  }

  private async frameworksWhere(
    condition: string,
    values: unknown[],
    limit?: number,
  ): Promise<FrameworkRow[]> {
    const rows = await this.source.query<{ framework: FrameworkRow }[]>(
      `SELECT to_jsonb(f) AS framework FROM compliance_management_frameworks f WHERE ${condition}
       ORDER BY f.id${limit === undefined ? '' : ` LIMIT ${limit}`}`,
      values,
    );
    return rows.map(({ framework: { requirements, ...rest } }) => ({
      ...rest,
      requirements: requirements.map((requirement) => ({ ...plainRequirement, ...requirement })),
    }));
  }
}
