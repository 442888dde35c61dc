import { LATEST, type DirectoryOverTime } from '@auditmesh/compliance';
import type { Framework } from '@auditmesh/events';
import { canonicalText, readDirectoryKey, type Json } from '@auditmesh/policies';

/** The versions of one framework in their order; the first is the one before the changes. */
export type FrameworkVersions = readonly (Framework | null)[];

/**
 * Ids of projects that a change of the directory can concern, as it stands now: to be asked before and after the changes.
 *
 * @param keys of the entities that change
 */
export function projectsConcerned(
  directory: DirectoryOverTime,
  keys: Iterable<string>,
  frameworks: Iterable<FrameworkVersions>,
): Set<number> {
  const ids = new Set<number>();
  const add = (more: Iterable<number>) => {
    for (const id of more) ids.add(id);
  };
  for (const key of keys) {
    const named = readDirectoryKey(key);
    if (named?.family === 'project') ids.add(named.id);
    if (named?.family === 'namespace') add(directory.projectsUnder(named.id, LATEST));
  }
  for (const versions of frameworks)
    for (const [i, after] of versions.slice(1).entries()) {
      const before = versions[i] ?? null;
      if (before && after && rulesOf(before) === rulesOf(after))
        add(difference(before.projects, after.projects));
      else for (const version of [before, after]) if (version) add(reachOf(directory, version));
    }
  return ids;
}

function* reachOf(directory: DirectoryOverTime, framework: Framework): Generator<number> {
  yield* framework.projects;
  const above = framework.by_default ? [framework.namespace_id] : framework.groups;
  for (const id of above) yield* directory.projectsUnder(id, LATEST);
}

function difference(one: readonly number[], other: readonly number[]): number[] {
  const [ones, others] = [new Set(one), new Set(other)];
  return [...one.filter((id) => !others.has(id)), ...other.filter((id) => !ones.has(id))];
}

/** All of it but for the projects that it names. */
const rulesOf = ({ projects: _, ...rules }: Framework): string => canonicalText(rules as unknown as Json);
