import { logKey, type DirectoryEntry } from '@auditmesh/events';
import { Directory, readDirectoryKey } from '@auditmesh/policies';
import {
  noPaths,
  targetOfProducer,
  targetsOf,
  type SecretLocation,
  type SecretPaths,
  type Target,
} from './path-rules.js';
import { nowhere, type Place } from './place.js';

/** Where secrets and producers belong: the rules, and the directory that knows the ids and roots of paths. */
export class Places {
  rules: SecretPaths = noPaths;
  private readonly directory = new Directory();
  private readonly ids = { project: new Map<string, number>(), namespace: new Map<string, number>() };

  /** Takes over an entry of the directory; null deletes. @returns false, and nothing changed, if key and entry do not fit */
  apply(key: string, entry: DirectoryEntry | null): boolean {
    const named = readDirectoryKey(key);
    const before = named && this.pathOf(named);
    if (!this.directory.apply(key, entry)) return false;
    if (!named || (named.family !== 'project' && named.family !== 'namespace')) return true;
    const ids = this.ids[named.family];
    if (before !== undefined && ids.get(before) === named.id) ids.delete(before);
    const now = this.pathOf(named);
    if (now !== undefined) ids.set(now, named.id);
    return true;
  }

  ofSecret(location: SecretLocation): Place {
    for (const target of targetsOf(this.rules.paths, location)) {
      const place = this.find(target);
      if (place) return place;
    }
    return nowhere;
  }

  ofProducer(producerId: string): Place {
    const target = targetOfProducer(this.rules.producers, producerId);
    return (target && this.find(target)) ?? nowhere;
  }

  private find({ kind, ref }: Target): Place | undefined {
    const id = typeof ref === 'number' ? ref : this.ids[kind].get(ref);
    if (id === undefined) return undefined;
    const { directory } = this;
    const root = kind === 'project' ? directory.rootOfProject(id) : directory.rootOf(id);
    if (root === undefined) return undefined;
    const path = directory[kind](id)!.path;
    const tenant = String(root);
    const type = kind === 'project' ? 'project' : 'group';
    return {
      scope: { type, id: String(id), path, root_namespace_id: tenant },
      log: logKey(tenant, directory.logShards(root), kind === 'project' ? String(id) : null),
      unresolved: false,
    };
  }

  private pathOf(named: NonNullable<ReturnType<typeof readDirectoryKey>>): string | undefined {
    if (named.family !== 'project' && named.family !== 'namespace') return undefined;
    return this.directory[named.family](named.id)?.path;
  }
}
