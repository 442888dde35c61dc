import type { Mesh } from '../../stack/mesh.ts';

export const POLICY_PROJECT = 42;
const FIRST_PROJECT = 100_000;
/** Groups that share the projects. */
const GROUPS = 100;
/** Entities of one call. */
const PART = 2_000;

/** A tenant with that many projects in groups, all governed by one policy project; resolves when everybody knows it. */
export async function importDirectory(mesh: Mesh, projects: number): Promise<void> {
  const groups = Array.from({ length: GROUPS }, (_, i) => ({
    id: 10 + i,
    path: `acme/apps/group-${i}`,
    parent: 2,
  }));
  const put = (document: object) => mesh.call('PUT', '/api/v1/directory?wait=projected', document);
  await put({
    namespaces: [{ id: 1, path: 'acme' }, { id: 2, path: 'acme/apps', parent: 1 }, ...groups],
  });
  for (let from = 0; from < projects; from += PART) {
    const part = Array.from({ length: Math.min(PART, projects - from) }, (_, i) => from + i);
    await put({
      projects: part.map((i) => ({
        id: FIRST_PROJECT + i,
        path: `acme/apps/group-${i % GROUPS}/service-${i}`,
        namespace: 10 + (i % GROUPS),
      })),
    });
  }
  await put({
    projects: [{ id: POLICY_PROJECT, path: 'acme/security-policies', namespace: 1 }],
    policy_links: [{ policy_project: POLICY_PROJECT, namespace: 2 }],
  });
}
