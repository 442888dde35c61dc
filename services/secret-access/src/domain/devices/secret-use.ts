import type { SecretDeviceEntry } from '@auditmesh/events';
import {
  criticalRules,
  engineRules,
  KV,
  plainUses,
  type AccessType,
  type Part,
  type PathMeaning,
} from './path-meanings.js';

/** A use of a secret, as the entry tells it. */
export interface SecretUseOfEntry {
  accessType: AccessType;
  /** Namespace, mount and path of the secret, by which it is the same in all operations. */
  secretId: string;
  /** Namespace and mount. */
  mount: string;
  version: string | null;
}

/** What is told of a server. */
export interface UseRules {
  parts: ReadonlySet<Part>;
  /** Mounts that hold KV version 1, whose paths mean nothing but themselves. */
  plainMounts: ReadonlySet<string>;
}

type Addressed = Pick<SecretDeviceEntry, 'operation' | 'path'>;
type Mounted = Addressed & Pick<SecretDeviceEntry, 'mount_point' | 'mount_type' | 'namespace_path'>;

/** Whether an entry may concern a use of a secret, by what both halves of a request say alike. */
export const mayBeUse = (entry: Addressed, { parts }: UseRules): boolean => {
  const part = partOf(entry);
  return part !== undefined && parts.has(part);
};

/** The use that the entry tells of; undefined if it is none, or none that is to be told. */
export function secretUse(entry: Mounted, rules: UseRules): SecretUseOfEntry | undefined {
  const part = partOf(entry);
  if (part === undefined || !rules.parts.has(part)) return undefined;
  const mount = mountOf(entry);
  const path = entry.path!.slice(mount.length);
  const rule = ruleOf(part, mount, path, entry.mount_type, rules);
  const accessType = useOf(rule, entry.operation!);
  if (accessType === null) return undefined;
  const groups = rule?.path.exec(path);
  const name = rule?.secret && groups ? path.replace(rule.path, rule.secret) : (groups?.[1] ?? path);
  const place = placeOf(entry.namespace_path ?? '', mount);
  return {
    accessType,
    secretId: place + name,
    mount: place,
    version: (rule?.version && groups?.[rule.version]) || null,
  };
}

/** The mounts `sys`, `auth` and `identity` are always at these paths. */
function partOf({ operation, path }: Addressed): Part | undefined {
  if (!operation || path === null) return undefined;
  const [first, ...rest] = path.split('/');
  if (first === 'auth' || first === 'identity') return first;
  if (first !== 'sys') return 'secrets';
  const rule = criticalRules.find((r) => r.path.test(rest.join('/')));
  return rule && useOf(rule, operation) !== null ? 'critical' : 'sys';
}

const placeOf = (namespace: string, mount: string): string =>
  namespace && !namespace.endsWith('/') ? `${namespace}/${mount}` : namespace + mount;

/** The mount that the entry names, where it fits the path; else the first part of the path. */
function mountOf({ path, mount_point: mount }: Mounted): string {
  if (mount?.endsWith('/') && path!.startsWith(mount)) return mount;
  const end = path!.indexOf('/');
  return end < 0 ? path! : path!.slice(0, end + 1);
}

function ruleOf(
  part: Part,
  mount: string,
  path: string,
  mountType: string | null,
  { plainMounts }: UseRules,
): PathMeaning | undefined {
  if (part === 'critical') return criticalRules.find((rule) => rule.path.test(path));
  if (part !== 'secrets' || plainMounts.has(mount)) return undefined;
  return engineRules.find((rule) => fits(rule, mountType) && rule.path.test(path));
}

/** Where no type is named, as by older servers, the mount is taken for KV. */
const fits = ({ mounts }: PathMeaning, type: string | null): boolean =>
  type === null ? mounts === KV : mounts.test(type);

function useOf(rule: PathMeaning | undefined, operation: string): AccessType | null {
  const plain = Object.hasOwn(plainUses, operation) ? plainUses[operation]! : 'read';
  if (!rule) return plain;
  if (rule.use === null || typeof rule.use === 'string') return plain === null ? null : rule.use;
  return Object.hasOwn(rule.use, operation) ? rule.use[operation]! : plain;
}
