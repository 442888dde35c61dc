import type { PlannedDirectory } from '../plan/directory.ts';

/** The parts of a `policy_scope` that the plan uses. */
interface Scope {
  projects?: { including?: { id: number }[]; excluding?: { id: number }[] };
  groups?: { including?: { id: number }[] };
}

/** Whom the policies of the plan concern, worked out from the directory as it was planned. */
export class GovernedProjects {
  private readonly directory: PlannedDirectory;
  private readonly parents: Map<number, number | undefined>;
  private readonly governed = new Map<number, { id: number; namespace: number }[]>();

  constructor(directory: PlannedDirectory) {
    this.directory = directory;
    this.parents = new Map(directory.namespaces.map(({ id, parent }) => [id, parent]));
  }

  /** Ids of the projects that a policy of this policy project applies to. */
  of(policyProject: number, policy: Record<string, unknown>): number[] {
    const { projects, groups } = (policy['policy_scope'] ?? {}) as Scope;
    const ids = (list: { id: number }[] | undefined) => new Set(list?.map(({ id }) => id));
    const [including, excluding, inGroups] = [
      ids(projects?.including),
      ids(projects?.excluding),
      ids(groups?.including),
    ];
    return this.all(policyProject)
      .filter(({ id }) => !including.size || including.has(id))
      .filter(({ id }) => !excluding.has(id))
      .filter(({ namespace }) => !inGroups.size || this.above(namespace).some((group) => inGroups.has(group)))
      .map(({ id }) => id);
  }

  /** Root namespace that events of the policy project belong to; null where nothing tells. */
  tenantOf(policyProject: number): string | null {
    const own = this.directory.projects.find(({ id }) => id === policyProject);
    const roots = own
      ? [this.above(own.namespace).at(-1)!]
      : this.all(policyProject).map((p) => this.above(p.namespace).at(-1)!);
    return new Set(roots).size === 1 ? String(roots[0]) : null;
  }

  pathOf(policyProject: number): string | null {
    return this.directory.projects.find(({ id }) => id === policyProject)?.path ?? null;
  }

  private all(policyProject: number): { id: number; namespace: number }[] {
    const known = this.governed.get(policyProject);
    if (known) return known;
    const links = this.directory.policy_links.filter(
      ({ policy_project }) => policy_project === policyProject,
    );
    const all = this.directory.projects.filter(({ id, namespace }) =>
      links.some((link) => link.project === id || this.above(namespace).includes(link.namespace!)),
    );
    this.governed.set(policyProject, all);
    return all;
  }

  /** The namespace and what it lies in, the root last. */
  private above(namespace: number): number[] {
    const parent = this.parents.get(namespace);
    return parent === undefined ? [namespace] : [namespace, ...this.above(parent)];
  }
}
