import type { DirectoryChanged, Framework, UserControl } from '@auditmesh/events';
import { readDirectoryKey } from '@auditmesh/policies';

/** A framework or control before and after one change; null where there is none. */
export type Changed =
  | { family: 'framework'; before: Framework | null; after: Framework | null }
  | { family: 'control'; before: UserControl | null; after: UserControl | null };

/** A group or project as far as events tell where they belong. */
interface Place {
  path: string;
  logShards: number;
}

/** The directory as the changes of one partition, applied in their order, leave it. */
export class DirectoryState {
  private readonly frameworks = new Map<string, Framework>();
  private readonly controls = new Map<string, UserControl>();
  private readonly namespaces = new Map<number, Place>();
  private readonly projects = new Map<number, string>();

  /**
   * Takes in a change.
   *
   * @returns what became of a framework or control; undefined for any other entity
   */
  apply({ key, entry }: DirectoryChanged): Changed | undefined {
    const named = readDirectoryKey(key);
    if (named?.family === 'namespace') {
      const { path, log_shards: logShards } = entry?.namespace ?? {};
      if (path === undefined) this.namespaces.delete(named.id);
      else this.namespaces.set(named.id, { path, logShards: Math.max(1, logShards ?? 1) });
    } else if (named?.family === 'project') {
      if (entry?.project) this.projects.set(named.id, entry.project.path);
      else this.projects.delete(named.id);
    } else if (named?.family === 'framework') {
      const after = entry?.framework ?? null;
      return { family: 'framework', before: replace(this.frameworks, key, after), after };
    } else if (named?.family === 'control') {
      const after = entry?.control ?? null;
      return { family: 'control', before: replace(this.controls, key, after), after };
    }
    return undefined;
  }

  /** Full path; null where it is not known. */
  pathOf(kind: 'group' | 'project', id: number): string | null {
    return (kind === 'group' ? this.namespaces.get(id)?.path : this.projects.get(id)) ?? null;
  }

  /** Number of logs of a tenant, at least 1. */
  logShards(tenant: string): number {
    return this.namespaces.get(Number(tenant))?.logShards ?? 1;
  }
}

function replace<T>(entities: Map<string, T>, key: string, after: T | null): T | null {
  const before = entities.get(key) ?? null;
  if (after === null) entities.delete(key);
  else entities.set(key, after);
  return before;
}

/** What breaks the contract of `directory.changes.v1`, in a sentence; undefined if nothing does. */
export function faultOf(
  { key, entry }: DirectoryChanged,
  headers: Readonly<Record<string, string>>,
): string | undefined {
  for (const header of ['ce_source', 'ce_id'])
    if (!headers[header])
      return `The header ${header} is missing; with the other one it identifies the cause.`;
  const named = readDirectoryKey(key);
  if (!named) return `The key ${JSON.stringify(key)} names no entity of the directory.`;
  if (entry && !entry[named.family]) return `The entry is not of the family that the key ${key} names.`;
  return undefined;
}
