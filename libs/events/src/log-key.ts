import { hash } from 'node:crypto';

/** Tenant of what belongs to no root namespace: the instance, users, and what could not be resolved. */
export const NO_TENANT = '0';

/**
 * Key of an event on `audit.events.v1`, `{tenant}.{shard}`, which is also the name of its log.
 *
 * @param shards number of logs of the tenant, fixed when it is created
 * @param projectId project the event belongs to; without one the shard is 0
 */
export function logKey(tenant: string | null, shards = 1, projectId: string | null = null): string {
  const shard =
    projectId === null || shards === 1
      ? 0
      : parseInt(hash('sha256', projectId, 'hex').slice(0, 8), 16) % shards;
  return `${tenant ?? NO_TENANT}.${shard}`;
}
