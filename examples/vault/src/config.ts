import { auditOptionsFrom, type AuditOptions } from './audit/audit-options.js';

export interface VaultConfig {
  databaseUrl: string;
  /** 32 bytes that encrypt the secrets at rest. */
  key: Buffer;
  host: string;
  port: number;
  audit: AuditOptions;
}

const KEY_BYTES = 32;

/** @throws Error that names every bad variable, and no value */
export function configFrom(env: NodeJS.ProcessEnv): VaultConfig {
  const bad: string[] = [];
  const { DATABASE_URL: databaseUrl = '', VAULT_KEY = '', HTTP_HOST: host = '127.0.0.1' } = env;
  if (!/^postgres(ql)?:\/\//.test(databaseUrl))
    bad.push('DATABASE_URL must be a URL such as postgres://host/vault');
  const key = Buffer.from(VAULT_KEY, 'base64');
  if (key.length !== KEY_BYTES) bad.push(`VAULT_KEY must be ${KEY_BYTES} bytes in base64`);
  const port = Number(env.HTTP_PORT ?? 8200);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    bad.push('HTTP_PORT must be a number from 0 to 65535');
  const audit = auditOptionsFrom(env, bad);
  if (bad.length) throw new Error(`The vault cannot start: ${bad.join('; ')}.`);
  return { databaseUrl, key, host, port, audit };
}
