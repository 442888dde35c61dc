import { noEntity, type DirectoryEntry, type Framework, type Project } from '@auditmesh/events';
import { Directory } from '@auditmesh/policies';

/** Frameworks of one project, those of its groups and defaults counted. */
export const MAX_FRAMEWORKS = 20;

/** A namespace or project as far as it decides about inheritance. */
export type Namespace = { id: number; parent_id: number | null };
export type Placed = Pick<Project, 'id' | 'namespace_id'>;

/** A tenant with its frameworks before and after a change. */
export interface Assigned {
  namespaces: Iterable<Namespace>;
  projects: readonly Placed[];
  before: readonly Framework[];
  after: readonly Framework[];
}

/** Projects that the change gives more frameworks than a project may have, with their number then. */
export function crowdedProjects({ namespaces, projects, before, after }: Assigned): Map<number, number> {
  if (after.length <= MAX_FRAMEWORKS) return new Map();
  const directory = new Directory();
  for (const { id, parent_id } of namespaces)
    apply(directory, `namespace/${id}`, { namespace: { id, path: '', parent_id, log_shards: 1 } });
  for (const { id, namespace_id } of projects)
    apply(directory, `project/${id}`, {
      project: { ...{ id, namespace_id, path: '', settings: '{}' }, archived: false, personal: false },
    });
  for (const framework of after) apply(directory, `framework/${framework.id}`, { framework });
  const ids = new Set([...projects.map(({ id }) => id), ...after.flatMap((framework) => framework.projects)]);
  const crowded = new Map<number, number>();
  for (const id of ids) {
    const count = directory.frameworksOf(id).size;
    if (count > MAX_FRAMEWORKS) crowded.set(id, count);
  }
  if (crowded.size === 0) return crowded;
  for (const { id } of after) directory.apply(`framework/${id}`, null);
  for (const framework of before) apply(directory, `framework/${framework.id}`, { framework });
  for (const [id, count] of crowded) if (directory.frameworksOf(id).size >= count) crowded.delete(id);
  return crowded;
}

const apply = (directory: Directory, key: string, entity: Partial<DirectoryEntry>): void =>
  void directory.apply(key, { tenant: '0', ...noEntity, ...entity });
