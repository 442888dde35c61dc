import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min, validateSync } from 'class-validator';

import { IsNetworks } from './networks.js';

const BROKERS = /^[^\s:,]+:\d+(,[^\s:,]+:\d+)*$/;

/** Which event types there are besides ours. */
export class CatalogConfig {
  /** Folder with further event types, such as GitLab's; a name that is also ours stays ours. */
  @IsOptional()
  @IsString()
  CATALOG_FOLDER?: string;

  /** Whether a type of the folder wins over ours of that name. */
  @IsOptional()
  @IsIn(['true', 'false'])
  CATALOG_OVERRIDE: string = 'false';
}

/**
 * What every service is told by its environment; fields bear the names of the variables. Types are written out, since
 * numbers are converted by them.
 */
export class ServiceConfig extends CatalogConfig {
  @Matches(BROKERS, { message: '$property must be a list such as host:9092,other:9092' })
  KAFKA_BROKERS!: string;

  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  SCHEMA_REGISTRY_URL!: string;

  /** Before every topic, group and transactional id, on a cluster shared with others. */
  @IsOptional()
  @IsString()
  TOPIC_PREFIX: string = '';

  /** JSON as kafkajs takes it, such as {"mechanism":"scram-sha-512","username":"…","password":"…"}. */
  @IsOptional()
  @IsJsonObject()
  KAFKA_SASL?: string;

  @IsOptional()
  @IsIn(['true', 'false'])
  KAFKA_TLS: string = 'false';

  @IsOptional()
  @IsString()
  HTTP_HOST: string = '0.0.0.0';

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(65_535)
  HTTP_PORT: number = 8080;

  /** Networks of proxies whose X-Forwarded-For says where a request comes from, such as 10.1.0.0/16. */
  @IsOptional()
  @IsNetworks()
  TRUSTED_PROXIES?: string;

  /** How long a start waits for Kafka, the registry and PostgreSQL before it fails, ms; 0 for not at all. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(3_600_000)
  START_TIMEOUT_MS: number = 60_000;

  /** Path of the file with the rollout flags, YAML or JSON, watched; without it every flag has its default. */
  @IsOptional()
  @IsString()
  FLAGS_FILE?: string;

  @IsOptional()
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  LOG_LEVEL: string = 'info';
}

/** A PostgreSQL connection URL. */
export const IsPostgresUrl = (): PropertyDecorator =>
  Matches(/^postgres(ql)?:\/\/\S+$/, {
    message: '$property must be a URL such as postgres://user:password@host:5432/database',
  }) as PropertyDecorator;

/** Name of a schema, which stands unquoted in statements. */
export const IsSchemaName = (): PropertyDecorator =>
  Matches(/^[a-z_][a-z0-9_]{0,40}$/, {
    message: '$property must be a name of lower-case letters, digits and underscores',
  }) as PropertyDecorator;

function IsJsonObject(): PropertyDecorator {
  return Matches(/^\s*\{[\s\S]*\}\s*$/, { message: '$property must be a JSON object' }) as PropertyDecorator;
}

/** The environment breaks the configuration; the message names every variable, and no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** @param faults each begins with the name of its variable */
  static about(faults: string[]): ConfigError {
    const lines = faults.map((fault) => `  ${fault}`).join('\n');
    return new ConfigError(
      `The configuration is not usable. Set these environment variables and start again:\n${lines}`,
    );
  }
}

/**
 * The configuration from environment variables; nobody else reads them. Numbers are converted, an empty variable is as
 * none.
 *
 * @throws ConfigError naming every bad variable
 */
export function loadConfig<T extends object>(
  type: new () => T,
  environment: NodeJS.ProcessEnv = process.env,
): T {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const config = plainToInstance(type, given, { enableImplicitConversion: true, exposeDefaultValues: true });
  const errors = validateSync(config, { skipUnknownProperties: true } as object);
  if (!errors.length) return config;
  const faults = errors.map(({ property, constraints }) => {
    const why = given[property] === undefined ? 'is not set' : Object.values(constraints ?? {}).join('; ');
    return `${property}: ${why}`;
  });
  throw ConfigError.about(faults);
}
