import type { AuditorOptions, WrapOptions } from '@auditmesh/sdk';
import type { SecretStore } from '../secrets/secret-store.js';

/** What is promised; `file` is how others do it, for comparison. */
export const guarantees = ['none', 'spooled', 'fail-closed', 'outbox', 'file'] as const;
export type VaultGuarantee = (typeof guarantees)[number];

/** Who ships what is recorded. */
export const shippings = ['inside', 'sidecar'] as const;

export interface AuditOptions extends AuditorOptions {
  guarantee: VaultGuarantee;
  kafka: NonNullable<AuditorOptions['kafka']>;
  schemaRegistryUrl: string;
}

/** How the arguments of the store say who calls, and which secret. */
export const calls: WrapOptions<SecretStore> = {
  actor: ([caller]) => ({ type: 'user', ...caller }),
  secret: ([, path]) => ({ id: path, mount: 'vault' }),
};

/** @param bad takes what is wrong with the environment */
export function auditOptionsFrom(env: NodeJS.ProcessEnv, bad: string[]): AuditOptions {
  const { KAFKA_BROKERS = '', TOPIC_PREFIX, SCHEMA_REGISTRY_URL: schemaRegistryUrl = '' } = env;
  const guarantee = guarantees.find((each) => each === (env.AUDIT ?? 'spooled'));
  if (!guarantee) bad.push(`AUDIT must be one of ${guarantees.join(', ')}`);
  const shipping = shippings.find((each) => each === (env.AUDIT_SHIPPING ?? 'inside'));
  if (!shipping) bad.push(`AUDIT_SHIPPING must be one of ${shippings.join(', ')}`);
  const shipped = guarantee !== 'outbox' && shipping === 'sidecar';
  const away = guarantee === 'none' || guarantee === 'file' || shipped;
  if (!away && !KAFKA_BROKERS) bad.push('KAFKA_BROKERS must name brokers, such as localhost:9092');
  if (!away && !schemaRegistryUrl) bad.push('SCHEMA_REGISTRY_URL must be a URL');
  return {
    guarantee: guarantee ?? 'spooled',
    name: 'vault',
    shipping: shipping ?? 'inside',
    spool: { folder: env.AUDIT_SPOOL ?? 'audit-spool' },
    kafka: { brokers: KAFKA_BROKERS.split(','), ...(TOPIC_PREFIX && { prefix: TOPIC_PREFIX }) },
    schemaRegistryUrl,
  };
}
