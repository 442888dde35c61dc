/** What a key of `directory.entries.v1` names. */
export type DirectoryKey =
  | { family: 'namespace' | 'project' | 'framework'; id: number }
  | { family: 'control'; namespaceId: number; name: string }
  | { family: 'policy_link'; target: LinkTarget; policyProjectId: number };

/** What a policy project governs: a namespace with all below it, or one project. */
export interface LinkTarget {
  kind: 'namespace' | 'project';
  id: number;
}

/**
 * Reads `namespace/{id}`, `project/{id}`, `framework/{id}`, `control/{root namespace id}/{name}`,
 * `policy-link/namespace/{id}/{policy project}` or `policy-link/project/{id}/{policy project}`; undefined if the key is
 * none of these.
 */
export function readDirectoryKey(key: string): DirectoryKey | undefined {
  const [family, ...parts] = key.split('/');
  if (family === 'namespace' || family === 'project' || family === 'framework') {
    const [id] = parts.map(readId);
    return parts.length === 1 && id !== undefined ? { family, id } : undefined;
  }
  if (family === 'control') {
    const [namespace = '', name = ''] = parts;
    const namespaceId = readId(namespace);
    return parts.length === 2 && namespaceId !== undefined && name
      ? { family, namespaceId, name }
      : undefined;
  }
  const [kind, ...ids] = parts;
  if (family !== 'policy-link' || ids.length !== 2 || (kind !== 'namespace' && kind !== 'project'))
    return undefined;
  const [id, policyProjectId] = ids.map(readId);
  if (id === undefined || policyProjectId === undefined) return undefined;
  return { family: 'policy_link', target: { kind, id }, policyProjectId };
}

function readId(text: string): number | undefined {
  const id = Number(text);
  return Number.isSafeInteger(id) && id >= 0 && String(id) === text ? id : undefined;
}
