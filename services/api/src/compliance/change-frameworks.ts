import { noEntity, plainFramework, type Actor, type Framework } from '@auditmesh/events';
import type { Written } from '@auditmesh/kafka';
import { Problem, type ParameterFault } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { DirectoryChanges } from '../directory/directory-changes.js';
import { ComplianceRows, type FrameworkRow } from '../store/compliance-rows.js';
import { ComplianceLimits } from './compliance-limits.js';
import { ComplianceTurns } from './compliance-turns.js';
import { frameworkOfBody, withoutIds } from './framework-of-body.js';
import { versionOf, type FrameworkPatch, type NewFramework } from './framework.json.js';

/** A framework as it is after a change; null if it is deleted. */
export interface ChangedFramework<F = Framework> {
  framework: F;
  written: Written[];
}

/** A framework after an edit, with what is wrong with it. */
export interface Edited {
  framework: Framework | null;
  faults?: ParameterFault[];
  /** Beginning of names of fields that those who sent them do not know. */
  within?: string;
}

/** Changes frameworks, each as a whole, one change at a time in a tenant. */
@Injectable()
export class ChangeFrameworks {
  constructor(
    private readonly rows: ComplianceRows,
    private readonly turns: ComplianceTurns,
    private readonly limits: ComplianceLimits,
    private readonly changes: DirectoryChanges,
  ) {}

  /** @throws Problem 400 naming every field at fault */
  async create({ namespace, ...body }: NewFramework, actor: Actor): Promise<ChangedFramework> {
    const [id, ...ids] = await this.rows.newIds(1 + withoutIds(body.requirements));
    const empty = { ...plainFramework, id: id!, namespace_id: namespace, name: body.name };
    const tenant = String(namespace);
    return this.turns.alone([tenant], async () => {
      if (await this.rows.framework(id!))
        throw new Problem(409, `An import took the id ${id}; try again, and another is taken.`);
      const { framework, faults } = frameworkOfBody(body, empty, ids);
      return { framework, written: await this.write(tenant, empty, { framework, faults }, actor) };
    });
  }

  /** What is left out stays as it is. @throws Problem 400, 404, 412 */
  async patch(
    row: FrameworkRow,
    body: FrameworkPatch,
    actor: Actor,
    version?: string,
  ): Promise<ChangedFramework> {
    const ids = await this.rows.newIds(withoutIds(body.requirements));
    const edit = (before: Framework) => frameworkOfBody(body, before, ids);
    return this.edit(row, edit, actor, version) as Promise<ChangedFramework>;
  }

  /**
   * Changes a framework as it is when the turn comes.
   *
   * @param version that it must have, if any
   * @throws Problem 400, 404, 412, and what the edit throws
   */
  async edit(
    { id, tenant }: FrameworkRow,
    edit: (before: Framework) => Edited,
    actor: Actor,
    version?: string,
  ): Promise<ChangedFramework<Framework | null>> {
    return this.turns.alone([tenant], async () => {
      const row = await this.rows.framework(id);
      if (!row || row.tenant !== tenant) throw new Problem(404, `There is no framework ${id} any more.`);
      const { key: _key, tenant: _tenant, ...before } = row;
      if (version !== undefined && version !== versionOf(before))
        throw new Problem(412, 'The framework was changed meanwhile; look at it again.');
      const edited = edit(before);
      return { framework: edited.framework, written: await this.write(tenant, before, edited, actor) };
    });
  }

  private async write(
    tenant: string,
    before: Framework,
    { framework, faults = [], within = '' }: Edited,
    actor: Actor,
  ): Promise<Written[]> {
    const removed = framework === null;
    const entry = {
      key: `framework/${before.id}`,
      entry: { ...noEntity, tenant, framework: framework ?? before },
      removed,
    };
    const all = removed
      ? faults
      : [
          ...faults,
          ...(await this.strangers('projects', tenant, framework.projects, before.projects)),
          ...(await this.strangers('groups', tenant, framework.groups, before.groups)),
          ...(await this.limits.faults([entry])),
        ];
    if (all.length)
      throw Problem.parameters(
        all.map(({ parameter, detail }) => ({
          parameter: parameter.startsWith(within) ? parameter.slice(within.length) : parameter,
          detail,
        })),
      );
    return (await this.changes.write([entry], actor)).written;
  }

  /** Ids that were not there before and that the tenant does not have. */
  private async strangers(
    field: 'projects' | 'groups',
    tenant: string,
    after: number[],
    before: number[],
  ): Promise<ParameterFault[]> {
    const there = new Set(before);
    const added = new Set(after.filter((id) => !there.has(id)));
    const table = field === 'groups' ? 'namespaces' : 'projects';
    const known = await this.rows.ofTenant(table, tenant, [...added]);
    return after.flatMap((id, at) =>
      added.has(id) && !known.has(id)
        ? [
            {
              parameter: `${field}.${at}`,
              detail: `the root namespace ${tenant} has no ${field.slice(0, -1)} ${id}`,
            },
          ]
        : [],
    );
  }
}
