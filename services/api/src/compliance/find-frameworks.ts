import { noEntity, type DirectoryEntry } from '@auditmesh/events';
import { Directory } from '@auditmesh/policies';
import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { isTenant, may, type Principal } from '../domain/principal.js';
import { ComplianceRows, type FrameworkRow } from '../store/compliance-rows.js';
import { DirectoryRows } from '../store/directory-rows.js';
import { frameworkSummary, type FrameworkPage, type FrameworksQuery } from './framework.json.js';
import { cursorAfter, idOfCursor } from './id-cursor.js';

/** Finds the frameworks that a caller may see. */
@Injectable()
export class FindFrameworks {
  constructor(
    private readonly rows: ComplianceRows,
    private readonly directory: DirectoryRows,
  ) {}

  /** @throws Problem 400, 404 for a project that the caller may not see */
  async page(principal: Principal, query: FrameworksQuery): Promise<FrameworkPage> {
    const { namespace, project, name, limit } = query;
    const afterId = idOfCursor(query.cursor);
    const { namespaces } = principal;
    const found =
      project === undefined
        ? await this.rows.page(
            {
              subtrees: namespaces === 'all' ? 'all' : namespaces.filter(isTenant),
              ...{ namespaceId: namespace, name, afterId },
            },
            limit + 1,
          )
        : (await this.ofProject(principal, project)).filter(
            (row) =>
              row.id > afterId &&
              (namespace === undefined || row.namespace_id === namespace) &&
              (name === undefined || row.name === name),
          );
    const items = found.slice(0, limit).map(frameworkSummary);
    return { items, next: found.length > limit ? cursorAfter(items.at(-1)!.id) : null };
  }

  /** Those that are assigned to the project, to one of its groups, or by default; whoever sees the project sees them. */
  private async ofProject(principal: Principal, id: number): Promise<FrameworkRow[]> {
    const place = await this.directory.place('projects', id);
    if (!place || !may(principal, 'compliance:read', place))
      throw new Problem(404, `The directory has no project ${id}.`);
    const tenant = place.root_namespace_id!;
    const frameworks = await this.rows.frameworks([tenant]);
    const directory = new Directory();
    const take = (key: string, entity: Partial<DirectoryEntry>) =>
      directory.apply(key, { tenant, ...noEntity, ...entity });
    const above = await this.directory.above(id);
    for (const each of above)
      take(`namespace/${each.id}`, { namespace: { ...each, path: '', log_shards: 1 } });
    const project = { id, namespace_id: above[0]?.id ?? 0, path: '', settings: '{}' };
    take(`project/${id}`, { project: { ...project, archived: false, personal: false } });
    for (const framework of frameworks) take(framework.key, { framework });
    const assigned = directory.frameworksOf(id);
    return frameworks.filter((framework) => assigned.has(framework.id));
  }
}
