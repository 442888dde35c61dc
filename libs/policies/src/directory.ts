import type { DirectoryEntry, Framework, Namespace, Project } from '@auditmesh/events';
import { type LinkTarget, readDirectoryKey } from './directory-key.js';
import { Grouping } from './grouping.js';

/** Levels of namespaces that are followed, up or down. */
const MAX_LEVELS = 100;

/** A project, without the settings that only controls read. */
export type DirectoryProject = Omit<Project, 'settings'>;

/** What decides to which projects a framework is assigned. */
type FrameworkAssignments = Pick<Framework, 'namespace_id' | 'projects' | 'groups' | 'by_default'>;

/** Frameworks that the projects right in a namespace have from above. */
interface Inherited {
  fromGroups: ReadonlySet<number>;
  /** For those that have no other. */
  byDefault: ReadonlySet<number>;
}

const none: ReadonlySet<number> = new Set();

/**
 * The newest entries of `directory.entries.v1`, in memory. The answers depend only on the last entry of each key,
 * whatever the order in which the keys came; an entity may come before the one it belongs to.
 */
export class Directory {
  private readonly projects = new Map<number, DirectoryProject>();
  private readonly namespaces = new Map<number, Namespace>();
  private readonly projectsIn = new Grouping();
  private readonly namespacesIn = new Grouping();
  private readonly frameworks = new Map<number, FrameworkAssignments>();
  private readonly frameworksByProject = new Grouping();
  private readonly frameworksByGroup = new Grouping();
  private readonly defaultsByRoot = new Grouping();
  /** By namespace; thrown away when anything changes that they stand on. */
  private readonly inherited = new Map<number, Inherited>();
  private readonly linkedNamespaces = new Grouping();
  private readonly linkedProjects = new Grouping();
  private readonly governingNamespace = new Grouping();
  private readonly governingProject = new Grouping();

  /**
   * Takes over one entry; null deletes. Controls are not kept. The ids in the key count, not those in the entry. Takes
   * constant time, for a framework time by the number of its assignments.
   *
   * @returns false, and nothing changed, if the key is unknown or the entry is not of the family that the key names
   */
  apply(key: string, entry: DirectoryEntry | null): boolean {
    const named = readDirectoryKey(key);
    const value = named && entry ? entry[named.family] : null;
    if (!named || (entry && !value)) return false;
    if (named.family === 'policy_link') this.setLink(named.policyProjectId, named.target, value !== null);
    else if (named.family === 'namespace') this.setNamespace(named.id, value as Namespace | null);
    else if (named.family === 'project') this.setProject(named.id, value as Project | null);
    else if (named.family === 'framework') this.setFramework(named.id, value as Framework | null);
    return true;
  }

  project(id: number): DirectoryProject | undefined {
    return this.projects.get(id);
  }

  namespace(id: number): Namespace | undefined {
    return this.namespaces.get(id);
  }

  /** Whether there is such a compliance framework. */
  hasFramework(id: number): boolean {
    return this.frameworks.has(id);
  }

  /**
   * Ids of the compliance frameworks of the project, in no particular order: those assigned to it or to a group that it
   * lies in, at any depth; without any, the defaults of its root namespace.
   */
  frameworksOf(projectId: number): ReadonlySet<number> {
    const direct = this.frameworksByProject.of(projectId);
    const project = this.projects.get(projectId);
    if (!project) return direct;
    const { fromGroups, byDefault } = this.inheritedIn(project.namespace_id);
    if (direct.size === 0) return fromGroups.size === 0 ? byDefault : fromGroups;
    return fromGroups.size === 0 ? direct : new Set([...direct, ...fromGroups]);
  }

  /** What the policy project governs: namespaces, then projects, each by ascending id. */
  linksOf(policyProjectId: number): LinkTarget[] {
    const targets = (kind: LinkTarget['kind'], ids: ReadonlySet<number>) =>
      [...ids].sort((a, b) => a - b).map((id) => ({ kind, id }));
    return [
      ...targets('namespace', this.linkedNamespaces.of(policyProjectId)),
      ...targets('project', this.linkedProjects.of(policyProjectId)),
    ];
  }

  /** Policy projects that are linked to the project, or to a namespace around it, in no particular order. */
  policyProjectsOf(projectId: number): Set<number> {
    const found = new Set(this.governingProject.of(projectId));
    const project = this.projects.get(projectId);
    for (const namespace of project ? this.ancestors(project.namespace_id) : [])
      for (const id of this.governingNamespace.of(namespace)) found.add(id);
    return found;
  }

  /** The namespace and those it is in, innermost first, up to the root or to where the way up is unknown or circular. */
  ancestors(namespaceId: number): number[] {
    const way = new Set<number>();
    let namespace = this.namespaces.get(namespaceId);
    while (namespace && !way.has(namespace.id) && way.size < MAX_LEVELS) {
      way.add(namespace.id);
      namespace = namespace.parent_id === null ? undefined : this.namespaces.get(namespace.parent_id);
    }
    return [...way];
  }

  /** Root namespace (tenant) of a namespace; undefined where the way up leads to none. */
  rootOf(namespaceId: number): number | undefined {
    const top = this.namespaces.get(this.ancestors(namespaceId).at(-1) ?? NaN);
    return top?.parent_id === null ? top.id : undefined;
  }

  /** Root namespace (tenant) of a project; undefined where the project is unknown or the way up leads to none. */
  rootOfProject(projectId: number): number | undefined {
    const project = this.projects.get(projectId);
    return project && this.rootOf(project.namespace_id);
  }

  /** Number of logs of a tenant, at least 1. */
  logShards(tenantId: number): number {
    return Math.max(1, this.namespaces.get(tenantId)?.log_shards ?? 1);
  }

  /** Ids of the namespace and of all below it, in no particular order. */
  namespacesUnder(namespaceId: number): Set<number> {
    const found = new Set([namespaceId]);
    let level: Iterable<number> = found;
    for (let depth = 1; depth < MAX_LEVELS; depth++) {
      const below: number[] = [];
      for (const parent of level)
        for (const id of this.namespacesIn.of(parent)) if (!found.has(id)) below.push(id);
      if (below.length === 0) break;
      for (const id of below) found.add(id);
      level = below;
    }
    return found;
  }

  /** Ids of all projects in the namespace and below it, in no particular order. */
  projectsUnder(namespaceId: number): number[] {
    const ids: number[] = [];
    for (const namespace of this.namespacesUnder(namespaceId))
      for (const id of this.projectsIn.of(namespace)) ids.push(id);
    return ids;
  }

  private inheritedIn(namespaceId: number): Inherited {
    const known = this.inherited.get(namespaceId);
    if (known) return known;
    const fromGroups = new Set<number>();
    for (const group of this.ancestors(namespaceId))
      for (const framework of this.frameworksByGroup.of(group)) fromGroups.add(framework);
    const root = this.rootOf(namespaceId);
    const found = { fromGroups, byDefault: root === undefined ? none : this.defaultsByRoot.of(root) };
    this.inherited.set(namespaceId, found);
    return found;
  }

  private setNamespace(id: number, next: Namespace | null): void {
    this.inherited.clear();
    const last = this.namespaces.get(id);
    if (last && last.parent_id !== null) this.namespacesIn.delete(last.parent_id, id);
    if (!next) return void this.namespaces.delete(id);
    const { path, parent_id, log_shards } = next;
    this.namespaces.set(id, { id, path, parent_id, log_shards });
    if (parent_id !== null) this.namespacesIn.add(parent_id, id);
  }

  private setProject(id: number, next: Project | null): void {
    const last = this.projects.get(id);
    if (last) this.projectsIn.delete(last.namespace_id, id);
    if (!next) return void this.projects.delete(id);
    const { path, namespace_id, archived, personal } = next;
    this.projects.set(id, { id, path, namespace_id, archived, personal });
    this.projectsIn.add(namespace_id, id);
  }

  private setFramework(id: number, next: Framework | null): void {
    this.inherited.clear();
    const last = this.frameworks.get(id);
    for (const project of last?.projects ?? []) this.frameworksByProject.delete(project, id);
    for (const group of last?.groups ?? []) this.frameworksByGroup.delete(group, id);
    if (last?.by_default) this.defaultsByRoot.delete(last.namespace_id, id);
    if (!next) return void this.frameworks.delete(id);
    const { namespace_id, projects, groups, by_default } = next;
    this.frameworks.set(id, { namespace_id, projects, groups, by_default });
    for (const project of projects) this.frameworksByProject.add(project, id);
    for (const group of groups) this.frameworksByGroup.add(group, id);
    if (by_default) this.defaultsByRoot.add(namespace_id, id);
  }

  private setLink(policyProjectId: number, { kind, id }: LinkTarget, linked: boolean): void {
    const [targets, governing] =
      kind === 'namespace'
        ? [this.linkedNamespaces, this.governingNamespace]
        : [this.linkedProjects, this.governingProject];
    if (linked) targets.add(policyProjectId, id);
    else targets.delete(policyProjectId, id);
    if (linked) governing.add(id, policyProjectId);
    else governing.delete(id, policyProjectId);
  }
}
