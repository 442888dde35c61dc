/** What somebody may be allowed to do; `admin` stands for everything, and no token can have it. */
export const permissions = [
  'audit_events:read',
  'audit_events:write',
  'secret_audit:read',
  'directory:write',
  'compliance:read',
  'compliance:write',
  'flags:read',
] as const;
export type Permission = (typeof permissions)[number];

/** A group with everything below it. */
export interface Subtree {
  id: string;
  /** Root namespace that it lies in; the same as `id` where it is one. */
  tenant: string;
  /** Full path. */
  path: string;
}

/** Whether it is a whole tenant, which is known by its id, whatever it is called. */
export const isTenant = ({ id, tenant }: Subtree): boolean => id === tenant;

/** Where an event belongs; all null: to no namespace. */
export interface Place {
  root_namespace_id: string | null;
  path: string | null;
}

/** Whoever calls, and what they may do. */
export interface Principal {
  /** `admin`, or `token/` and the id of the token. */
  id: string;
  name: string;
  permissions: 'all' | ReadonlySet<Permission>;
  /** The only places where the permissions count. */
  namespaces: 'all' | readonly Subtree[];
}

/** Holder of the token of the stack. */
export const admin: Principal = { id: 'admin', name: 'admin', permissions: 'all', namespaces: 'all' };

/** Whether the principal has the permission anywhere. */
export const has = ({ permissions: own }: Principal, permission: Permission): boolean =>
  own === 'all' || own.has(permission);

/**
 * Whether the principal may do it there.
 *
 * @param where `everywhere` for what concerns all namespaces at once
 */
export function may(principal: Principal, permission: Permission, where: Place | 'everywhere'): boolean {
  const { namespaces } = principal;
  if (!has(principal, permission)) return false;
  if (namespaces === 'all') return true;
  return where !== 'everywhere' && isWithin(where, namespaces);
}

/** Whether the place lies in one of the subtrees. What belongs to no namespace lies in none. */
export const isWithin = ({ root_namespace_id, path }: Place, subtrees: readonly Subtree[]): boolean =>
  subtrees.some(
    (tree) =>
      root_namespace_id === tree.tenant &&
      (isTenant(tree) || path === tree.path || Boolean(path?.startsWith(`${tree.path}/`))),
  );
