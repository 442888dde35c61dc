import { field, isObject, type Json } from './json.js';
import { quoted } from './text.js';

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
 * Reads a policy scope; absent, null and empty parts restrict nothing. What has the wrong shape is ignored, each with
 * a sentence in the warnings; an element that is ignored selects nothing, but the list that it is in still restricts.
 */
export function readPolicyScope(value: Json | undefined): { scope: PolicyScope; warnings: string[] } {
  const warnings: string[] = [];
  const top = readParts(value, 'policy_scope', ['compliance_frameworks', 'projects', 'groups'], warnings);
  const within = (name: string) =>
    readParts(field(top, name), `policy_scope.${name}`, ['including', 'excluding'], warnings);
  const selected = (parts: Json | undefined, name: string, path: string, kinds = false) =>
    readSelection(field(parts, name), `${path}.${name}`, kinds, warnings);

  const frameworks = selected(top, 'compliance_frameworks', 'policy_scope');
  const projects = within('projects');
  const groups = within('groups');
  const includedProjects = selected(projects, 'including', 'policy_scope.projects');
  const excludedProjects = selected(projects, 'excluding', 'policy_scope.projects', true);
  const includedGroups = selected(groups, 'including', 'policy_scope.groups');
  const excludedGroups = selected(groups, 'excluding', 'policy_scope.groups');
  return {
    scope: {
      frameworks: frameworks.given ? frameworks.ids : null,
      includedProjects: includedProjects.given ? includedProjects.ids : null,
      excludedProjects: excludedProjects.ids,
      excludedKinds: excludedProjects.kinds,
      includedGroups: includedGroups.given ? includedGroups.ids : null,
      excludedGroups: excludedGroups.ids,
    },
    warnings,
  };
}

function readParts(
  value: Json | undefined,
  path: string,
  known: string[],
  warnings: string[],
): Json | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) {
    warnings.push(`${path} is no mapping, so it is ignored.`);
    return undefined;
  }
  for (const key of Object.keys(value))
    if (!known.includes(key)) warnings.push(`${path} has the unknown key ${quoted(key)}, which is ignored.`);
  return value;
}

function readSelection(
  value: Json | undefined,
  path: string,
  withKinds: boolean,
  warnings: string[],
): Selected {
  const selected: Selected = { ids: new Set(), kinds: new Set(), given: false };
  if (value === undefined || value === null) return selected;
  if (!Array.isArray(value)) {
    warnings.push(`${path} is no list, so it is ignored.`);
    return selected;
  }
  selected.given = value.length > 0;
  value.forEach((element, position) => {
    const id = field(element, 'id');
    const kind = withKinds ? field(element, 'type') : undefined;
    if (typeof id === 'number' && Number.isSafeInteger(id)) selected.ids.add(id);
    else if (kind === 'personal' || kind === 'archived') selected.kinds.add(kind);
    else
      warnings.push(`${path}[${position}] has no id${withKinds ? ' or known type' : ''}, so it is ignored.`);
  });
  return selected;
}
