import { noEntity, NO_TENANT, type DirectoryEntry } from '@auditmesh/events';
import type { ParameterFault } from '@auditmesh/runtime';
import type { DirectoryDocument, NamespaceEntry } from './directory-document.js';
import { frameworkOf } from './framework-entry.js';

/** An entity with its key in the directory. */
export interface KeyedEntry {
  key: string;
  /** The entity as the document has it. */
  entry: DirectoryEntry;
  /** Whether it does not exist any more. */
  removed: boolean;
  /** Where it stands in what was sent; faults are named from there on. */
  place?: string;
}

/** Tenants of what the document refers to and does not bring, by id. */
export interface KnownTenants {
  namespaces: ReadonlyMap<number, string>;
  projects: ReadonlyMap<number, string>;
}

const MAX_LEVELS = 100;

/**
 * The entries of a directory document, or what is wrong with it. A link to what nobody knows is allowed: it is reported
 * on the events of the policies.
 */
export function entriesOf(
  document: DirectoryDocument,
  known: KnownTenants,
): { entries: KeyedEntry[]; faults: ParameterFault[] } {
  const faults: ParameterFault[] = [];
  const tenantOf = tenants(document.namespaces, known.namespaces);
  const need = (namespace: number, parameter: string): string => {
    const tenant = tenantOf(namespace);
    if (tenant === undefined)
      faults.push({
        parameter,
        detail: `the namespace ${namespace} is unknown, or the way up from it leads to no root`,
      });
    return tenant ?? NO_TENANT;
  };
  const entries: KeyedEntry[] = [];
  document.namespaces.forEach(({ id, path, parent, log_shards = 1, removed = false }, i) => {
    const tenant = need(id, `namespaces.${i}.parent`);
    entries.push({
      key: `namespace/${id}`,
      entry: { ...noEntity, tenant, namespace: { id, path, parent_id: parent ?? null, log_shards } },
      removed,
    });
  });
  document.projects.forEach(
    ({ id, path, namespace, archived = false, personal = false, settings = {}, removed = false }, i) => {
      const tenant = need(namespace, `projects.${i}.namespace`);
      const project = {
        id,
        path,
        namespace_id: namespace,
        archived,
        personal,
        settings: JSON.stringify(settings),
      };
      entries.push({ key: `project/${id}`, entry: { ...noEntity, tenant, project }, removed });
    },
  );
  const tenantOfProject = new Map([
    ...known.projects,
    ...document.projects.map((p) => [p.id, tenantOf(p.namespace)] as const),
  ]);
  document.policy_links.forEach(({ policy_project, namespace, project, removed = false }, i) => {
    if ((namespace === undefined) === (project === undefined)) {
      faults.push({
        parameter: `policy_links.${i}`,
        detail: 'it must name a namespace or a project, and not both',
      });
      return;
    }
    const tenant =
      (namespace === undefined ? tenantOfProject.get(project!) : tenantOf(namespace)) ?? NO_TENANT;
    const key =
      namespace === undefined
        ? `policy-link/project/${project}/${policy_project}`
        : `policy-link/namespace/${namespace}/${policy_project}`;
    const policy_link = {
      policy_project_id: policy_project,
      namespace_id: namespace ?? null,
      project_id: project ?? null,
    };
    entries.push({ key, entry: { ...noEntity, tenant, policy_link }, removed });
  });
  document.frameworks.forEach(({ removed = false, ...fields }, i) => {
    const tenant = need(fields.namespace, `frameworks.${i}.namespace`);
    const framework = frameworkOf(fields);
    entries.push({
      key: `framework/${fields.id}`,
      entry: { ...noEntity, tenant, framework },
      removed,
      place: `frameworks.${i}.`,
    });
  });
  document.controls.forEach(({ namespace, name, definition = '', removed = false }, i) => {
    const tenant = need(namespace, `controls.${i}.namespace`);
    const control = { namespace_id: namespace, name, definition };
    entries.push({
      key: `control/${namespace}/${name}`,
      entry: { ...noEntity, tenant, control },
      removed,
      place: `controls.${i}.`,
    });
  });
  return { entries, faults };
}

/** Finds the root of a namespace, first in the document and then among what is known. */
function tenants(
  namespaces: NamespaceEntry[],
  known: ReadonlyMap<number, string>,
): (id: number) => string | undefined {
  const parents = new Map(namespaces.map(({ id, parent }) => [id, parent]));
  return (id) => {
    let at = id;
    for (let level = 0; level < MAX_LEVELS; level++) {
      if (!parents.has(at)) return known.get(at);
      const parent = parents.get(at);
      if (parent === undefined) return String(at);
      at = parent;
    }
    return undefined;
  };
}

/** Ids of namespaces that the document refers to and does not bring. */
export function foreignNamespaces(document: DirectoryDocument): number[] {
  const own = new Set(document.namespaces.map(({ id }) => id));
  const named = [
    ...document.namespaces.map(({ parent }) => parent),
    ...[document.projects, document.policy_links, document.frameworks, document.controls].flatMap((list) =>
      list.map(({ namespace }) => namespace),
    ),
  ];
  return [...new Set(named)].filter((id) => id !== undefined && !own.has(id)) as number[];
}

/** Ids of projects that links of the document lead to and that it does not bring. */
export function foreignProjects({ projects, policy_links }: DirectoryDocument): number[] {
  const own = new Set(projects.map(({ id }) => id));
  const named = policy_links.flatMap(({ project }) => (project === undefined ? [] : [project]));
  return [...new Set(named)].filter((id) => !own.has(id));
}
