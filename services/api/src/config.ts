import { IsPostgresUrl, IsSchemaName, ServiceConfig } from '@auditmesh/runtime';
import { IsInt, IsOptional, Matches, Min, MinLength, ValidateBy } from 'class-validator';
import { readSigningKey } from './evidence/signing-key.js';

/** What the migration needs, which has nothing to do with Kafka. */
export class DatabaseConfig {
  @IsPostgresUrl()
  DATABASE_URL!: string;
}

export class ApiConfig extends ServiceConfig {
  @IsPostgresUrl()
  DATABASE_URL!: string;

  /** Schema of the read models. */
  @IsOptional()
  @IsSchemaName()
  DATABASE_SCHEMA: string = 'trail';

  /** Bearer token that may do everything in all tenants. */
  @MinLength(16)
  API_TOKEN!: string;

  /** Verification token of GitLab's streaming destination; without it there is no intake of GitLab's events. */
  @IsOptional()
  @MinLength(16)
  GITLAB_STREAMING_TOKEN?: string;

  /** Name of the GitLab instance, part of the source of its events. It must not change, or repeated events double. */
  @IsOptional()
  @Matches(/^[A-Za-z0-9.:_-]{1,100}$/, { message: '$property must be a name such as gitlab.example.com' })
  GITLAB_INSTANCE: string = 'default';

  /** Streams of the live tail that one instance serves at a time. */
  @IsOptional()
  @IsInt()
  @Min(1)
  TAIL_STREAMS: number = 200;

  /** Of them, those of one token. */
  @IsOptional()
  @IsInt()
  @Min(1)
  TAIL_STREAMS_PER_CALLER: number = 20;

  /** How often a stream says that it is alive, and its token is looked at again; ms. */
  @IsOptional()
  @IsInt()
  @Min(100)
  TAIL_HEARTBEAT_MS: number = 15_000;

  /** Key that evidence packs are signed with; without it there are none. */
  @IsOptional()
  @IsSigningKey()
  EVIDENCE_SIGNING_KEY?: string;
}

function IsSigningKey(): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isSigningKey',
      validator: { validate: (value: unknown) => typeof value === 'string' && !!readSigningKey(value) },
    },
    { message: '$property must be an Ed25519 private key of PKCS #8, as PEM or as base64 of its DER' },
  );
}
