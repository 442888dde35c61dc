import { field, type Json } from './json.js';

/** What the `policy_scope` of a policy asks for; all of it must hold. */
export interface PolicyScope {
  /** A project needs at least one of these compliance frameworks; null: none. */
  frameworks: Set<number> | null;
  /** Projects that alone are in scope; null: all. */
  includedProjects: Set<number> | null;
  excludedProjects: Set<number>;
  /** Kinds of projects that are out of scope. */
  excludedKinds: Set<ProjectKind>;
  /** Groups whose projects, at any depth, alone are in scope; null: all. */
  includedGroups: Set<number> | null;
  /** Groups whose projects, at any depth, are out of scope. */
  excludedGroups: Set<number>;
}

export type ProjectKind = 'personal' | 'archived';

interface Selected {
  ids: Set<number>;
  kinds: Set<ProjectKind>;
  /** Whether the list has elements, readable or not. */
  given: boolean;
}

/**
 * Reads a policy scope; absent, null and empty parts restrict nothing. What has the wrong shape is ignored (the schema
 * of policies warns of it): such an element selects nothing, but the list that it is in still restricts.
 */
export function readPolicyScope(value: Json | undefined): PolicyScope {
  const projects = field(value, 'projects');
  const groups = field(value, 'groups');
  const frameworks = readSelection(field(value, 'compliance_frameworks'));
  const includedProjects = readSelection(field(projects, 'including'));
  const excludedProjects = readSelection(field(projects, 'excluding'), true);
  const includedGroups = readSelection(field(groups, 'including'));
  return {
    frameworks: frameworks.given ? frameworks.ids : null,
    includedProjects: includedProjects.given ? includedProjects.ids : null,
    excludedProjects: excludedProjects.ids,
    excludedKinds: excludedProjects.kinds,
    includedGroups: includedGroups.given ? includedGroups.ids : null,
    excludedGroups: readSelection(field(groups, 'excluding')).ids,
  };
}

function readSelection(value: Json | undefined, withKinds = false): Selected {
  const selected: Selected = { ids: new Set(), kinds: new Set(), given: false };
  if (!Array.isArray(value)) return selected;
  selected.given = value.length > 0;
  for (const element of value) {
    const id = field(element, 'id');
    const kind = withKinds ? field(element, 'type') : undefined;
    if (typeof id === 'number' && Number.isSafeInteger(id)) selected.ids.add(id);
    else if (kind === 'personal' || kind === 'archived') selected.kinds.add(kind);
  }
  return selected;
}
