import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ExternalControl, RequiredExternalControl } from '../domain/external-control.js';
import type { Place } from '../domain/principal.js';

/** External controls of all frameworks, and the projects that the frameworks are assigned to, as `directory-over-time.ts` has it. */
const EXTERNAL_CONTROLS = `
  SELECT f.id AS framework_id, f.name AS framework_name, f.tenant, f.namespace_id,
    (r ->> 'id')::bigint AS requirement_id, r ->> 'name' AS requirement_name,
    (c ->> 'id')::bigint AS control_id, c ->> 'name' AS control_name, c ->> 'url' AS url,
    (c ->> 'ping_enabled')::boolean AS ping_enabled, (c ->> 'timeout_s')::int AS timeout_s
  FROM compliance_management_frameworks f,
    jsonb_array_elements(f.requirements) r,
    jsonb_array_elements(coalesce(r -> 'external_controls', '[]')) c
`;

/** @param project condition on the project p */
const assignments = (project: string): string => `
  named AS (
    SELECT f.id AS framework_id, p.id AS project_id
    FROM compliance_management_frameworks f, jsonb_array_elements_text(f.projects) named
    JOIN projects p ON p.id = named::bigint
    WHERE p.tenant = f.tenant AND ${project}
    UNION
    SELECT f.id, p.id
    FROM compliance_management_frameworks f, jsonb_array_elements_text(f.groups) named
    JOIN namespaces g ON g.id = named::bigint
    JOIN namespaces n ON n.tenant = g.tenant AND (n.id = g.id OR starts_with(n.path, g.path || '/'))
    JOIN projects p ON p.namespace_id = n.id
    WHERE g.tenant = f.tenant AND ${project}
  ),
  assigned AS (
    SELECT framework_id, project_id FROM named WHERE framework_id IN (SELECT framework_id FROM controls)
    UNION ALL
    SELECT f.id, p.id
    FROM compliance_management_frameworks f JOIN projects p ON p.tenant = f.tenant
    WHERE f.by_default AND f.id IN (SELECT framework_id FROM controls) AND ${project}
      AND p.id NOT IN (SELECT project_id FROM named)
  )
`;

/**
 * A WITH list that ends in `required`: one row per project and external control. Its `basis` is a hash of what a verdict
 * rests on.
 *
 * @param project condition on the project p
 */
export const requiredControls = (project: string): string => `
  controls AS (${EXTERNAL_CONTROLS}), ${assignments(project)},
  required AS (
    SELECT DISTINCT ON (p.id, c.control_id) c.*, p.id AS project_id, p.path AS project_path,
      md5(p.settings::text || ' ' || c.url) AS basis, root.path AS tenant_path, root.log_shards
    FROM controls c
    JOIN assigned a ON a.framework_id = c.framework_id
    JOIN projects p ON p.id = a.project_id
    JOIN namespaces root ON root.id = c.namespace_id
    ORDER BY p.id, c.control_id, c.requirement_id
  )
`;

/** Which external controls there are, and which are required of which projects, as the directory is now. */
@Injectable()
export class RequiredExternalControls {
  constructor(private readonly source: DataSource) {}

  /** The control; undefined if no framework has it. */
  async control(controlId: number): Promise<ExternalControl | undefined> {
    const [row] = await this.source.query<ControlRow[]>(
      `WITH controls AS (${EXTERNAL_CONTROLS}) SELECT c.*, root.path AS tenant_path
       FROM controls c JOIN namespaces root ON root.id = c.namespace_id WHERE control_id = $1 ORDER BY requirement_id LIMIT 1`,
      [controlId],
    );
    return row && controlOf(row);
  }

  /** The control as it is required of the project; undefined if it is not. */
  async find(projectId: number, controlId: number): Promise<RequiredExternalControl | undefined> {
    const [row] = await this.rows(projectId, controlId);
    return row && requiredOf(row);
  }

  /** All that are required of the project, by id. */
  async ofProject(projectId: number): Promise<RequiredExternalControl[]> {
    return (await this.rows(projectId, null)).map(requiredOf);
  }

  /** Where the project is; undefined if the directory does not know it. */
  async placeOf(projectId: number): Promise<Place | undefined> {
    const [row] = await this.source.query<{ tenant: string; path: string }[]>(
      'SELECT tenant, path FROM projects WHERE id = $1',
      [projectId],
    );
    return row && { root_namespace_id: row.tenant, path: row.path };
  }

  private rows(projectId: number, controlId: number | null): Promise<RequiredRow[]> {
    return this.source.query<RequiredRow[]>(
      `WITH ${requiredControls('p.id = $1')}
       SELECT * FROM required WHERE $2::bigint IS NULL OR control_id = $2 ORDER BY control_id`,
      [projectId, controlId],
    );
  }
}

interface ControlRow {
  control_id: string;
  control_name: string;
  url: string;
  ping_enabled: boolean | null;
  timeout_s: number | null;
  tenant: string;
  tenant_path: string;
  framework_id: string;
  framework_name: string;
  requirement_id: string;
  requirement_name: string;
}

interface RequiredRow extends ControlRow {
  project_id: string;
  project_path: string;
  log_shards: number;
}

const DEFAULT_TIMEOUT_S = 1_800;

const controlOf = (row: ControlRow): ExternalControl => ({
  id: Number(row.control_id),
  name: row.control_name,
  url: row.url,
  pingEnabled: row.ping_enabled ?? true,
  timeoutS: row.timeout_s ?? DEFAULT_TIMEOUT_S,
  tenant: row.tenant,
  tenantPath: row.tenant_path,
  framework: { id: Number(row.framework_id), name: row.framework_name },
  requirement: { id: Number(row.requirement_id), name: row.requirement_name },
});

const requiredOf = (row: RequiredRow): RequiredExternalControl => ({
  ...controlOf(row),
  project: { id: Number(row.project_id), path: row.project_path },
  logShards: row.log_shards,
});
