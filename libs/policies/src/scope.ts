import { bounded } from './bounded.js';
import type { Directory, DirectoryProject } from './directory.js';
import { field, type Json } from './json.js';
import type { Change } from './policy-changes.js';
import { type PolicyScope, readPolicyScope } from './policy-scope.js';

const MAX_WARNINGS = 20;

/** The projects that a policy applies to. */
export interface AffectedProjects {
  /** Ids of the projects, ascending. */
  projects: number[];
  /** What is odd about the links or the scope: at most 20 sentences, and one that counts those left out. */
  warnings: string[];
}

/**
 * Resolves which projects a policy applies to: those that the links of its policy project reach, narrowed by its
 * `policy_scope`. Ids that the directory does not know, in links or scope, select nothing and give a warning.
 *
 * @param policy content of the policy
 */
export function affectedProjects(
  directory: Directory,
  policyProjectId: number,
  policy: Json,
): AffectedProjects {
  const warnings: string[] = [];
  const reached = reachedBy(directory, policyProjectId, warnings);
  const scope = readPolicyScope(field(policy, 'policy_scope'));
  warnings.push(...unknownIds(directory, scope));
  const inScope = scopeFilter(directory, scope);
  const projects = Float64Array.from([...reached].filter((id) => inScope(directory.project(id)!))).sort();
  return {
    projects: Array.from(projects),
    warnings: bounded(warnings, MAX_WARNINGS, (count) => `${count} more warnings are left out.`),
  };
}

/** Whether the policy applies to the project: the same as being among {@link affectedProjects}, without resolving them all. */
export function appliesTo(
  directory: Directory,
  policyProjectId: number,
  policy: Json,
  projectId: number,
): boolean {
  const project = directory.project(projectId);
  if (!project || !directory.policyProjectsOf(projectId).has(policyProjectId)) return false;
  const around = [project.namespace_id, ...directory.ancestors(project.namespace_id)];
  const scope = readPolicyScope(field(policy, 'policy_scope'));
  return isInScope(directory, project, scope, (groups) => around.some((id) => groups.has(id)));
}

/** The projects that the policy applied to before the change, and those that it applies to now. */
export function affectedBy(
  directory: Directory,
  policyProjectId: number,
  { before, after }: Change,
): AffectedProjects {
  const scopeOf = (policy: NonNullable<Change['after']>) =>
    affectedProjects(directory, policyProjectId, policy);
  if (!before || !after) return scopeOf(after ?? before!);
  const [now, then] = [scopeOf(after), scopeOf(before)];
  const projects = [...new Set([...now.projects, ...then.projects])].sort((a, b) => a - b);
  return { projects, warnings: now.warnings };
}

function reachedBy(directory: Directory, policyProjectId: number, warnings: string[]): Set<number> {
  const reached = new Set<number>();
  for (const { kind, id } of directory.linksOf(policyProjectId)) {
    if (!directory[kind](id)) warnings.push(`The policy project is linked to the unknown ${kind} ${id}.`);
    else if (kind === 'project') reached.add(id);
    else for (const project of directory.projectsUnder(id)) reached.add(project);
  }
  return reached;
}

function unknownIds(directory: Directory, scope: PolicyScope): string[] {
  const unknown = (what: string, lists: (Set<number> | null)[], known: (id: number) => boolean) =>
    [...new Set(lists.flatMap((ids) => [...(ids ?? [])]))]
      .filter((id) => !known(id))
      .map((id) => `policy_scope names the unknown ${what} ${id}.`);
  return [
    ...unknown('compliance framework', [scope.frameworks], (id) => directory.hasFramework(id)),
    ...unknown('project', [scope.includedProjects, scope.excludedProjects], (id) => !!directory.project(id)),
    ...unknown('group', [scope.includedGroups, scope.excludedGroups], (id) => !!directory.namespace(id)),
  ];
}

function scopeFilter(directory: Directory, scope: PolicyScope): (project: DirectoryProject) => boolean {
  const below = new Map(
    [scope.includedGroups, scope.excludedGroups].map((groups) => [
      groups,
      withSubgroups(directory, groups ?? new Set()),
    ]),
  );
  return (project) =>
    isInScope(directory, project, scope, (groups) => below.get(groups)!.has(project.namespace_id));
}

/** @param isWithin whether the project lies in one of the groups, at any depth */
function isInScope(
  directory: Directory,
  { id, personal, archived }: DirectoryProject,
  scope: PolicyScope,
  isWithin: (groups: Set<number>) => boolean,
): boolean {
  const { frameworks, includedProjects, excludedProjects, excludedKinds } = scope;
  const { includedGroups, excludedGroups } = scope;
  return (
    (!frameworks || sharesOne(directory.frameworksOf(id), frameworks)) &&
    (!includedProjects || includedProjects.has(id)) &&
    !excludedProjects.has(id) &&
    !(personal && excludedKinds.has('personal')) &&
    !(archived && excludedKinds.has('archived')) &&
    (!includedGroups || isWithin(includedGroups)) &&
    !isWithin(excludedGroups)
  );
}

function withSubgroups(directory: Directory, groups: Set<number>): Set<number> {
  const all = new Set<number>();
  for (const group of groups) for (const id of directory.namespacesUnder(group)) all.add(id);
  return all;
}

function sharesOne(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  for (const id of a) if (b.has(id)) return true;
  return false;
}
