import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { may, type Permission, type Principal } from '../domain/principal.js';
import { ComplianceRows, type FrameworkRow } from '../store/compliance-rows.js';
import { DirectoryRows } from '../store/directory-rows.js';

type CompliancePermission = Extract<Permission, `compliance:${string}`>;

/** Whose frameworks and controls a caller may see or change: those of root namespaces that the token reaches as a whole. */
@Injectable()
export class ComplianceAccess {
  constructor(
    private readonly rows: ComplianceRows,
    private readonly directory: DirectoryRows,
  ) {}

  /** @throws Problem 404 for one that the caller may not see, 403 for one that they may not change */
  async framework(principal: Principal, id: number, permission: CompliancePermission): Promise<FrameworkRow> {
    const row = await this.rows.framework(id);
    const place = row && { root_namespace_id: row.tenant, path: null };
    if (!row || !place || !(may(principal, 'compliance:read', place) || may(principal, permission, place)))
      throw new Problem(404, `There is no framework ${id}.`);
    if (!may(principal, permission, place))
      throw new Problem(
        403,
        `This needs the permission ${permission} on the root namespace ${row.namespace_id}.`,
      );
    return row;
  }

  /** Resolves if it is a root namespace where the caller has the permission. @throws Problem 400, 403 */
  async root(principal: Principal, namespace: number, permission: CompliancePermission): Promise<void> {
    const place = await this.directory.place('namespaces', namespace);
    if (place?.root_namespace_id === String(namespace)) {
      if (may(principal, permission, place)) return;
      throw new Problem(403, `This needs the permission ${permission} on the root namespace ${namespace}.`);
    }
    throw Problem.parameter(
      'namespace',
      `the directory has no root namespace ${namespace}; import it first.`,
    );
  }
}
