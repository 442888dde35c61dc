import type { WrapOptions } from '@auditmesh/sdk';
import type { SecretAuditModuleOptions } from '@auditmesh/sdk/nest';
import type { SecretStore } from './secrets/secret-store.js';

export type AuditOptions = SecretAuditModuleOptions;

/** How the arguments of the store say who calls, and which secret. */
export const calls: WrapOptions<SecretStore> = {
  actor: ([caller]) => ({ type: 'user', ...caller }),
  secret: ([, path]) => ({ id: path, mount: 'vault' }),
};

/** @param bad takes what is wrong with the environment */
export function auditOptionsFrom(env: NodeJS.ProcessEnv, bad: string[]): AuditOptions {
  const { KAFKA_BROKERS = '', TOPIC_PREFIX, SCHEMA_REGISTRY_URL: schemaRegistryUrl = '' } = env;
  if (!KAFKA_BROKERS) bad.push('KAFKA_BROKERS must name brokers, such as localhost:9092');
  if (!schemaRegistryUrl) bad.push('SCHEMA_REGISTRY_URL must be a URL');
  return {
    name: 'vault',
    spool: { folder: env.AUDIT_SPOOL ?? 'audit-spool' },
    kafka: { brokers: KAFKA_BROKERS.split(','), ...(TOPIC_PREFIX && { prefix: TOPIC_PREFIX }) },
    schemaRegistryUrl,
  };
}
