import { noEntity, plainFramework, type DirectoryEntry } from '@auditmesh/events';
import { Directory } from '@auditmesh/policies';

/** The lists of a directory file; what is in them is not known yet. */
export type DirectoryDocument = Partial<
  Record<'namespaces' | 'projects' | 'policy_links' | 'controls' | 'frameworks', Record<string, unknown>[]>
>;

const none = { tenant: '0', ...noEntity };

/** The directory as the file tells it, or the first entry that cannot be read, in a sentence. */
export function directoryOf(document: DirectoryDocument): Directory | { fault: string } {
  const directory = new Directory();
  for (const [family, list] of Object.entries(document)) {
    for (const [at, each] of list.entries()) {
      const read = each && readers[family as keyof DirectoryDocument](each);
      if (!read) return { fault: `Entry ${at + 1} of ${family} lacks its numbers or its path.` };
      directory.apply(read.key, { ...none, ...read.entry });
    }
  }
  return directory;
}

type Read = { key: string; entry: Partial<DirectoryEntry> } | undefined;

const readers: Record<keyof DirectoryDocument, (each: Record<string, unknown>) => Read> = {
  namespaces: ({ id, path, parent = null }) =>
    isId(id) && isText(path) && (parent === null || isId(parent))
      ? { key: `namespace/${id}`, entry: { namespace: { id, path, parent_id: parent, log_shards: 1 } } }
      : undefined,
  projects: ({ id, path, namespace, archived, personal }) =>
    isId(id) && isText(path) && isId(namespace)
      ? {
          key: `project/${id}`,
          entry: {
            project: {
              ...{ id, path, namespace_id: namespace, settings: '{}' },
              ...{ archived: archived === true, personal: personal === true },
            },
          },
        }
      : undefined,
  policy_links: ({ policy_project, namespace = null, project = null }) => {
    const target = namespace === null ? project : namespace;
    if (!isId(policy_project) || !isId(target) || (namespace !== null && project !== null)) return undefined;
    const policy_link = {
      policy_project_id: policy_project,
      namespace_id: namespace === null ? null : target,
      project_id: namespace === null ? target : null,
    };
    const kind = namespace === null ? 'project' : 'namespace';
    return { key: `policy-link/${kind}/${target}/${policy_project}`, entry: { policy_link } };
  },
  controls: ({ namespace, name, definition = '' }) =>
    isId(namespace) && isText(name) && typeof definition === 'string'
      ? {
          key: `control/${namespace}/${name}`,
          entry: { control: { namespace_id: namespace, name, definition } },
        }
      : undefined,
  frameworks: ({ id, namespace, name, projects = [], groups = [], by_default = false }) =>
    isId(id) && isId(namespace) && isText(name) && areIds(projects) && areIds(groups)
      ? {
          key: `framework/${id}`,
          entry: {
            framework: {
              ...{ ...plainFramework, id, namespace_id: namespace, name },
              ...{ projects, groups, by_default: by_default === true },
            },
          },
        }
      : undefined,
};

const areIds = (value: unknown): value is number[] => Array.isArray(value) && value.every(isId);

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
