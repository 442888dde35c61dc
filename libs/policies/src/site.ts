import { logKey, type Scope } from '@auditmesh/events';
import type { Directory } from './directory.js';

/** Where the events of a policy project, or of any other, belong. */
export interface Site {
  scope: Scope;
  /** Key on `audit.events.v1`. */
  log: string;
  /** Whether neither the directory nor the links of the project tell its root namespace. */
  unresolved: boolean;
  /** What is odd about the project, one sentence each. */
  warnings: string[];
}

export function siteOf(directory: Directory, policyProjectId: number): Site {
  const id = String(policyProjectId);
  const project = directory.project(policyProjectId);
  const path = project?.path ?? null;
  const warnings = project ? [] : [`The policy project ${id} is unknown to the directory.`];
  const tenant = tenantOf(directory, policyProjectId);
  if (tenant === undefined) {
    return {
      scope: { type: 'project', id, path, root_namespace_id: null },
      log: logKey(null),
      unresolved: true,
      warnings,
    };
  }
  const root = String(tenant);
  return {
    scope: { type: 'project', id, path, root_namespace_id: root },
    log: logKey(root, directory.logShards(tenant), id),
    unresolved: false,
    warnings,
  };
}

/**
 * Root namespace of a policy project: its own, or where the directory does not have it the one that all it governs is
 * in; undefined if neither tells.
 */
export function tenantOf(directory: Directory, policyProjectId: number): number | undefined {
  const own = directory.rootOfProject(policyProjectId);
  if (own !== undefined) return own;
  const roots = directory
    .linksOf(policyProjectId)
    .map(({ kind, id }) => (kind === 'project' ? directory.rootOfProject(id) : directory.rootOf(id)));
  return new Set(roots).size === 1 ? roots[0] : undefined;
}
