import {
  APPROVALS_PROJECT,
  complianceGroup,
  complianceProjects,
  complianceTenants,
  pathOfProject,
} from './compliance.ts';
import { tenants } from './event-shape.ts';
import type { Size } from './sizes.ts';

/** The directory as `PUT /api/v1/directory` takes it. */
export interface PlannedDirectory {
  namespaces: { id: number; path: string; parent?: number }[];
  projects: { id: number; path: string; namespace: number }[];
  policy_links: { policy_project: number; namespace?: number; project?: number }[];
}

/** Policy projects by what is particular about them. */
export const policyProjects = {
  wholeTenant: 501,
  oneGroup: 502,
  twoGroups: 503,
  oneProject: 504,
  /** Governs nothing: its events affect no project. */
  nothing: 505,
  /** Not among the projects, but its links tell the tenant. */
  unlisted: 506,
  /** Neither the directory nor a link knows it. */
  unknown: 507,
  largeGroup: 508,
} as const;

const SMALL_GROUP = 40;
const LARGE_GROUP = 30;

/** Three tenants with two small groups each, a large group, policy projects of every kind, and tenants with controls. */
export function directoryOf(size: Size): PlannedDirectory {
  const directory: PlannedDirectory = { namespaces: [], projects: [], policy_links: [] };
  const { namespaces, projects, policy_links } = directory;
  for (const tenant of tenants) {
    namespaces.push({ id: Number(tenant), path: `t${tenant}` });
    for (const group of [0, 1]) {
      const namespace = groupOf(tenant, group);
      namespaces.push({ id: namespace, path: `t${tenant}/g${group}`, parent: Number(tenant) });
      for (let n = 0; n < SMALL_GROUP; n++)
        projects.push({ id: namespace * 100 + n, path: `t${tenant}/g${group}/p${n}`, namespace });
    }
  }
  namespaces.push({ id: LARGE_GROUP, path: 't3/large', parent: 3 });
  for (let n = 0; n < size.largeGroup; n++)
    projects.push({ id: 100_000 + n, path: `t3/large/p${n}`, namespace: LARGE_GROUP });
  const { unlisted, unknown: _unknown, ...listed } = policyProjects;
  for (const [name, id] of Object.entries(listed))
    projects.push({ id, path: `t1/policies/${name}`, namespace: 1 });
  const link = (policy_project: number, to: { namespace: number } | { project: number }) =>
    policy_links.push({ policy_project, ...to });
  link(policyProjects.wholeTenant, { namespace: 2 });
  link(policyProjects.oneGroup, { namespace: groupOf('1', 0) });
  link(policyProjects.twoGroups, { namespace: groupOf('1', 0) });
  link(policyProjects.twoGroups, { namespace: groupOf('2', 1) });
  link(policyProjects.oneProject, { project: groupOf('1', 1) * 100 });
  link(unlisted, { namespace: groupOf('2', 0) });
  link(policyProjects.largeGroup, { namespace: LARGE_GROUP });
  addCompliance(directory);
  return directory;
}

function addCompliance({ namespaces, projects, policy_links }: PlannedDirectory): void {
  projects.push({ id: APPROVALS_PROJECT, path: 't1/policies/approvals', namespace: 1 });
  for (const tenant of complianceTenants) {
    const [root, group] = [Number(tenant), complianceGroup(tenant)];
    namespaces.push({ id: root, path: `t${tenant}` }, { id: group, path: `t${tenant}/c`, parent: root });
    for (const id of complianceProjects(tenant))
      projects.push({ id, path: pathOfProject(id), namespace: group });
    policy_links.push({ policy_project: APPROVALS_PROJECT, namespace: root });
  }
}

const groupOf = (tenant: string, group: number): number => 10 * Number(tenant) + group + 1;

/** Cuts it into calls of at most this many entities, each family after those it stands on. */
export function* callsFor(directory: PlannedDirectory, most = 2_000): Generator<Partial<PlannedDirectory>> {
  for (const family of ['namespaces', 'projects', 'policy_links'] as const) {
    const list = directory[family];
    for (let at = 0; at < list.length; at += most) yield { [family]: list.slice(at, at + most) };
  }
}
