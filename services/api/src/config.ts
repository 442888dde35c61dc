import { IsNetworks, IsPostgresUrl, IsSchemaName } from '@auditmesh/runtime';
import { ControlsConfig } from '@auditmesh/runtime/controls';
import { IsInt, IsOptional, IsUrl, Matches, Max, Min, MinLength, ValidateBy } from 'class-validator';
import { readSigningKey } from './evidence/signing-key.js';
import { SecretBox } from './external-controls/secret-box.js';

/** What the migration needs, which has nothing to do with Kafka. */
export class DatabaseConfig {
  @IsPostgresUrl()
  DATABASE_URL!: string;
}

/** The message names no value: it is a secret. */
const IsSecretsKey = (): PropertyDecorator =>
  ValidateBy({
    name: 'isSecretsKey',
    validator: {
      validate: (value) => SecretBox.takes(value),
      defaultMessage: () => '$property must be base64 of 32 bytes, or two such with a comma between',
    },
  });

export class ApiConfig extends ControlsConfig {
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

  /**
   * What secrets of external controls are sealed with: base64 of 32 random bytes; while it changes the new one, a comma and
   * the old one. Without it external controls are not asked, and their callbacks are refused.
   */
  @IsOptional()
  @IsSecretsKey()
  SECRETS_KEY?: string;

  /** Where others reach the api, such as https://audit.example; questions to external controls say it. */
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  PUBLIC_URL?: string;

  /** Private networks that external controls may be in, such as 10.1.0.0/16,fd00::/8. */
  @IsOptional()
  @IsNetworks()
  PRIVATE_ADDRESSES_ALLOWED?: string;

  /** How often an external control is asked about each project if nothing changes; s. */
  @IsOptional()
  @IsInt()
  @Min(60)
  EXTERNAL_CONTROLS_EVERY_S: number = 43_200;

  /** How often the directory is compared with what was asked; ms. */
  @IsOptional()
  @IsInt()
  @Min(100)
  EXTERNAL_CONTROLS_LOOK_MS: number = 30_000;

  /** How long an external control may take to answer that it was asked; ms. */
  @IsOptional()
  @IsInt()
  @Min(100)
  @Max(60_000)
  EXTERNAL_CONTROLS_TIMEOUT_MS: number = 10_000;

  /** By how much the time of a callback may differ from ours; s. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(300)
  EXTERNAL_CONTROLS_CALLBACK_WINDOW_S: number = 15;

  /** Callbacks that an instance looks at in a minute, of one external control and from one address. */
  @IsOptional()
  @IsInt()
  @Min(1)
  EXTERNAL_CONTROLS_CALLBACKS_PER_MINUTE: number = 6_000;

  /** Of them, those that may be refused until no more are looked at. */
  @IsOptional()
  @IsInt()
  @Min(1)
  EXTERNAL_CONTROLS_REFUSALS_PER_MINUTE: number = 60;

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
